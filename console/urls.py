"""The console's pages."""

from django.contrib import admin
from django.contrib.auth.views import LoginView, LogoutView
from django.urls import path

from console.views import (
    alias,
    api,
    authorizer,
    build,
    code,
    configuration,
    credential,
    debug,
    event,
    function,
    group,
    home,
    invocation,
    records,
    trace,
    version,
)

urlpatterns = [
    path("", home.home, name="home"),
    path("demo/", home.create_demo, name="demo"),
    path("login/", LoginView.as_view(extra_context={"title": "Log in"}), name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("admin/", admin.site.urls),
    path("functions/", function.FunctionList.as_view(), name="function-list"),
    path(
        "functions/create/", function.FunctionCreate.as_view(), name="function-create"
    ),
    path(
        "functions/import/", function.FunctionImport.as_view(), name="function-import"
    ),
    path("functions/<pk>/", code.FunctionCode.as_view(), name="function-detail"),
    path(
        "functions/<pk>/configuration/",
        configuration.FunctionConfiguration.as_view(),
        name="function-configuration",
    ),
    path(
        "functions/<pk>/export/",
        function.FunctionExport.as_view(),
        name="function-export",
    ),
    path(
        "functions/<pk>/state/", function.FunctionState.as_view(), name="function-state"
    ),
    path(
        "functions/<pk>/users/", function.FunctionUsers.as_view(), name="function-users"
    ),
    path(
        "functions/<pk>/invocations/",
        invocation.InvocationList.as_view(),
        name="function-invocations",
    ),
    path(
        "invocations/<pk>/",
        invocation.InvocationDetail.as_view(),
        name="invocation-detail",
    ),
    path(
        "functions/<pk>/versions/", version.VersionList.as_view(), name="version-list"
    ),
    path(
        "functions/<pk>/versions/publish/",
        version.VersionPublish.as_view(),
        name="version-publish",
    ),
    path("versions/<pk>/", version.VersionDetail.as_view(), name="version-detail"),
    path(
        "versions/<pk>/delete/", version.VersionDelete.as_view(), name="version-delete"
    ),
    path("functions/<pk>/aliases/", alias.AliasList.as_view(), name="alias-list"),
    path(
        "functions/<function>/aliases/create/",
        alias.AliasEdit.as_view(),
        name="alias-create",
    ),
    path("aliases/<pk>/", alias.AliasEdit.as_view(), name="alias-edit"),
    path("aliases/<pk>/delete/", alias.AliasDelete.as_view(), name="alias-delete"),
    path("internal/records/", records.deliver, name="records"),
    path("builds/<pk>/", build.BuildDetail.as_view(), name="build-detail"),
    path("traces/<request_id>/", trace.TraceDetail.as_view(), name="trace-detail"),
    path(
        "functions/<pk>/delete/",
        function.FunctionDelete.as_view(),
        name="function-delete",
    ),
    path(
        "functions/<pk>/events/create/",
        event.EventEdit.as_view(),
        name="function-event-create",
    ),
    path(
        "functions/<pk>/events/<event>/",
        event.EventEdit.as_view(),
        name="function-event",
    ),
    path(
        "functions/<pk>/events/<event>/delete/",
        event.EventDelete.as_view(),
        name="function-event-delete",
    ),
    path("groups/", group.GroupList.as_view(), name="group-list"),
    path("groups/create/", group.GroupEdit.as_view(), name="group-create"),
    path("groups/<pk>/", group.GroupDetail.as_view(), name="group-detail"),
    path("groups/<pk>/edit/", group.GroupEdit.as_view(), name="group-edit"),
    path("groups/<pk>/delete/", group.GroupDelete.as_view(), name="group-delete"),
    path("apis/", api.ApiList.as_view(), name="api-list"),
    path("apis/create/", api.ApiWizard.as_view(), name="api-create"),
    path("apis/<pk>/", api.ApiDetail.as_view(), name="api-detail"),
    path("apis/<pk>/edit/", api.ApiWizard.as_view(), name="api-edit"),
    path("apis/<pk>/delete/", api.ApiDelete.as_view(), name="api-delete"),
    path("apis/<pk>/publish/", api.ApiPublish.as_view(), name="api-publish"),
    path("apis/<pk>/offline/", api.ApiOffline.as_view(), name="api-offline"),
    path("apis/<pk>/records/", api.ApiRecords.as_view(), name="api-records"),
    path(
        "apis/<pk>/credentials/", api.ApiCredentials.as_view(), name="api-credentials"
    ),
    path("records/<pk>/switch/", api.RecordSwitch.as_view(), name="record-switch"),
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
    path("debug/", debug.Debug.as_view(), name="debug"),
]
