"""The console's pages, by area."""

from django.contrib import admin
from django.contrib.auth.views import LogoutView
from django.urls import include, path

from console.urls import apis, credentials, functions, policies, records, settings
from console.views import home, login, schema, token

urlpatterns = [
    path("", include("console.rest.urls")),
    path("", home.home, name="home"),
    path("demo/", home.create_demo, name="demo"),
    path("login/", login.Login.as_view(), name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("v3/auth/tokens", token.issue, name="tokens"),
    path("api/schema/", schema.schema, name="schema"),
    path("admin/", admin.site.urls),
    *functions.urlpatterns,
    *apis.urlpatterns,
    *policies.urlpatterns,
    *credentials.urlpatterns,
    *records.urlpatterns,
    *settings.urlpatterns,
]
