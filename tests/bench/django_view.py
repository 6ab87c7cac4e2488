"""The least that Django can do: one view that answers a fixed text."""

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path

BODY = b'{"result":"ok","orders":[1,2,3]}'


def view(request: HttpRequest) -> HttpResponse:
    return HttpResponse(BODY, content_type="application/json")


settings.configure(
    ROOT_URLCONF=__name__, ALLOWED_HOSTS=["*"], MIDDLEWARE=[], SECRET_KEY="bench"
)
urlpatterns = [path("api/two_factor", view)]
application = get_wsgi_application()
