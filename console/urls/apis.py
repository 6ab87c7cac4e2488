"""API groups and APIs."""

from django.urls import path

from console.views import api, domain, group, openapi, release, response, variable

urlpatterns = [
    path("groups/", group.GroupList.as_view(), name="group-list"),
    path("groups/create/", group.GroupEdit.as_view(), name="group-create"),
    path("groups/<pk>/", group.GroupDetail.as_view(), name="group-detail"),
    path("groups/<pk>/edit/", group.GroupEdit.as_view(), name="group-edit"),
    path("groups/<pk>/delete/", group.GroupDelete.as_view(), name="group-delete"),
    path(
        "groups/<pk>/information/",
        group.GroupInformation.as_view(),
        name="group-information",
    ),
    path("groups/<pk>/access/", group.GroupAccess.as_view(), name="group-access"),
    path(
        "groups/<group>/domains/create/",
        domain.DomainEdit.as_view(),
        name="domain-create",
    ),
    path("domains/<pk>/", domain.DomainDetail.as_view(), name="domain-detail"),
    path("domains/<pk>/edit/", domain.DomainEdit.as_view(), name="domain-edit"),
    path("domains/<pk>/delete/", domain.DomainDelete.as_view(), name="domain-delete"),
    path(
        "domains/<pk>/certificates/",
        domain.DomainCertificates.as_view(),
        name="domain-certificates",
    ),
    path(
        "groups/<group>/variables/create/",
        variable.VariableEdit.as_view(),
        name="variable-create",
    ),
    path("variables/<pk>/", variable.VariableEdit.as_view(), name="variable-edit"),
    path(
        "variables/<pk>/delete/",
        variable.VariableDelete.as_view(),
        name="variable-delete",
    ),
    path(
        "groups/<group>/responses/create/",
        response.ResponseEdit.as_view(),
        name="response-create",
    ),
    path("responses/<pk>/", response.ResponseDetail.as_view(), name="response-detail"),
    path("responses/<pk>/edit/", response.ResponseEdit.as_view(), name="response-edit"),
    path(
        "responses/<pk>/delete/",
        response.ResponseDelete.as_view(),
        name="response-delete",
    ),
    path(
        "responses/<pk>/restore/",
        response.ResponseRestore.as_view(),
        name="response-restore",
    ),
    path(
        "responses/<pk>/types/<type>/",
        response.ResponseType.as_view(),
        name="response-type",
    ),
    path("apis/", api.ApiList.as_view(), name="api-list"),
    path("apis/import/", openapi.ApiImport.as_view(), name="api-import"),
    path("imports/<pk>/", openapi.TaskDetail.as_view(), name="task-detail"),
    path("groups/<pk>/openapi/", openapi.GroupExport.as_view(), name="group-export"),
    path("apis/create/", api.ApiWizard.as_view(), name="api-create"),
    path("apis/batch/", api.ApiBatch.as_view(), name="api-batch"),
    path("apis/batch/delete/", api.ApiBatchDelete.as_view(), name="api-batch-delete"),
    path("apis/<pk>/clone/", api.ApiClone.as_view(), name="api-clone"),
    path("apis/<pk>/", api.ApiDetail.as_view(), name="api-detail"),
    path("apis/<pk>/edit/", api.ApiWizard.as_view(), name="api-edit"),
    path("apis/<pk>/delete/", api.ApiDelete.as_view(), name="api-delete"),
    path("apis/<pk>/publish/", release.ApiPublish.as_view(), name="api-publish"),
    path("apis/<pk>/offline/", release.ApiOffline.as_view(), name="api-offline"),
    path("apis/<pk>/records/", release.ApiRecords.as_view(), name="api-records"),
    path("apis/<pk>/policies/", api.ApiPolicies.as_view(), name="api-policies"),
    path(
        "apis/<pk>/credentials/", api.ApiCredentials.as_view(), name="api-credentials"
    ),
    path("apis/<pk>/runtime/", release.ApiRuntime.as_view(), name="api-runtime"),
    path("records/<pk>/", release.RecordDetail.as_view(), name="record-detail"),
    path(
        "records/<pk>/offline/", release.RecordOffline.as_view(), name="record-offline"
    ),
    path("records/<pk>/switch/", release.RecordSwitch.as_view(), name="record-switch"),
]
