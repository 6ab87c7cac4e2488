"""Functions, their code, versions and calls."""

from django.urls import path

from console.views import (
    alias,
    build,
    code,
    configuration,
    event,
    function,
    invocation,
    version,
)

urlpatterns = [
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
    path("builds/<pk>/", build.BuildDetail.as_view(), name="build-detail"),
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
]
