"""Credentials and what they may call."""

from django.urls import path

from console.views import access_key, app_acl, app_code, app_quota, credential

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
    path("credentials/<pk>/acl/", app_acl.AppAclEdit.as_view(), name="credential-acl"),
    path(
        "credentials/<pk>/acl/unbind/",
        app_acl.AppAclDelete.as_view(),
        name="credential-acl-unbind",
    ),
    path(
        "credentials/<pk>/quota/",
        app_quota.CredentialQuota.as_view(),
        name="credential-quota",
    ),
    path("quotas/", app_quota.AppQuotaList.as_view(), name="appquota-list"),
    path("quotas/create/", app_quota.AppQuotaEdit.as_view(), name="appquota-create"),
    path("quotas/<pk>/", app_quota.AppQuotaDetail.as_view(), name="appquota-detail"),
    path("quotas/<pk>/edit/", app_quota.AppQuotaEdit.as_view(), name="appquota-edit"),
    path(
        "quotas/<pk>/delete/",
        app_quota.AppQuotaDelete.as_view(),
        name="appquota-delete",
    ),
    path("quotas/<pk>/bind/", app_quota.AppQuotaBind.as_view(), name="appquota-bind"),
    path(
        "quotas/bindings/<pk>/unbind/",
        app_quota.AppQuotaUnbind.as_view(),
        name="appquotabinding-unbind",
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
