"""Credentials and what they may call."""

from django.urls import path

from console.views import credential

urlpatterns = [
    path("credentials/", credential.CredentialList.as_view(), name="credential-list"),
    path(
        "credentials/create/",
        credential.CredentialEdit.as_view(),
        name="credential-create",
    ),
    path(
        "credentials/<pk>/",
        credential.CredentialDetail.as_view(),
        name="credential-detail",
    ),
    path(
        "credentials/<pk>/edit/",
        credential.CredentialEdit.as_view(),
        name="credential-edit",
    ),
    path(
        "credentials/<pk>/reset/",
        credential.CredentialReset.as_view(),
        name="credential-reset",
    ),
    path(
        "credentials/<pk>/delete/",
        credential.CredentialDelete.as_view(),
        name="credential-delete",
    ),
    path(
        "credentials/<pk>/bind/",
        credential.CredentialBind.as_view(),
        name="credential-bind",
    ),
    path("authorizations/<pk>/unbind/", credential.Unbind.as_view(), name="unbind"),
]
