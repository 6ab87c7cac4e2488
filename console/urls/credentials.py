"""Credentials and what they may call."""

from django.urls import path

from console.views import access_key, app_code, credential

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
    path(
        "credentials/<pk>/app-codes/create/",
        app_code.AppCodeCreate.as_view(),
        name="credential-appcode",
    ),
    path(
        "app-codes/<pk>/delete/",
        app_code.AppCodeDelete.as_view(),
        name="appcode-delete",
    ),
    path("access-keys/", access_key.AccessKeyList.as_view(), name="accesskey-list"),
    path(
        "access-keys/create/",
        access_key.AccessKeyEdit.as_view(),
        name="accesskey-create",
    ),
    path(
        "access-keys/<pk>/", access_key.AccessKeyEdit.as_view(), name="accesskey-edit"
    ),
    path(
        "access-keys/<pk>/download/",
        access_key.AccessKeyDownload.as_view(),
        name="accesskey-download",
    ),
    path(
        "access-keys/<pk>/switch/",
        access_key.AccessKeySwitch.as_view(),
        name="accesskey-switch",
    ),
    path(
        "access-keys/<pk>/delete/",
        access_key.AccessKeyDelete.as_view(),
        name="accesskey-delete",
    ),
    path("tokens/revoke/", access_key.TokensRevoke.as_view(), name="token-revoke"),
    path("authorizations/<pk>/unbind/", credential.Unbind.as_view(), name="unbind"),
]
