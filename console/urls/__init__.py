"""The console's pages, by area."""

from django.contrib import admin
from django.contrib.auth.views import LoginView, LogoutView
from django.urls import include, path

from console.urls import apis, credentials, functions, policies, records
from console.views import home

urlpatterns = [
    path("", include("console.rest.urls")),
    path("", home.home, name="home"),
    path("demo/", home.create_demo, name="demo"),
    path("login/", LoginView.as_view(extra_context={"title": "Log in"}), name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("admin/", admin.site.urls),
    *functions.urlpatterns,
    *apis.urlpatterns,
    *policies.urlpatterns,
    *credentials.urlpatterns,
    *records.urlpatterns,
]
