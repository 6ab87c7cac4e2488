"""API policies."""

from django.urls import path

from console.views import authorizer

urlpatterns = [
    path(
        "policies/authorizers/",
        authorizer.AuthorizerList.as_view(),
        name="authorizer-list",
    ),
    path(
        "policies/authorizers/create/",
        authorizer.AuthorizerEdit.as_view(),
        name="authorizer-create",
    ),
    path(
        "policies/authorizers/<pk>/",
        authorizer.AuthorizerEdit.as_view(),
        name="authorizer-edit",
    ),
    path(
        "policies/authorizers/<pk>/delete/",
        authorizer.AuthorizerDelete.as_view(),
        name="authorizer-delete",
    ),
]
