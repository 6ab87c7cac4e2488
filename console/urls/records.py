"""Debugging, and what happened."""

from django.urls import path

from console.views import (
    audit,
    debug,
    log,
    metrics,
    monitoring,
    records,
    replay,
    scenario,
    signature,
    trace,
)

urlpatterns = [
    path("monitoring/", monitoring.Monitoring.as_view(), name="monitoring"),
    path("logs/", log.LogList.as_view(), name="log-list"),
    path("logs/tail/", log.LogTail.as_view(), name="log-tail"),
    path("logs/export/", log.LogExport.as_view(), name="log-export"),
    path("explain/", log.Explain.as_view(), name="explain"),
    path("audit/", audit.AuditList.as_view(), name="audit-list"),
    path("audit/export/", audit.AuditExport.as_view(), name="audit-export"),
    path("audit/<pk>/", audit.AuditDetail.as_view(), name="audit-detail"),
    path("metrics", metrics.metrics, name="metrics"),
    path("internal/records/", records.deliver, name="records"),
    path("traces/<request_id>/", trace.TraceDetail.as_view(), name="trace-detail"),
    path("debug/signature/", signature.SignatureDebugger.as_view(), name="signature"),
    path("traces/<request_id>/body/", trace.TraceBody.as_view(), name="trace-body"),
    path("replay/", replay.Replay.as_view(), name="replay"),
    path("scenarios/", scenario.ScenarioList.as_view(), name="scenario-list"),
    path("scenarios/create/", scenario.ScenarioEdit.as_view(), name="scenario-create"),
    path("scenarios/cases/create/", scenario.CaseEdit.as_view(), name="case-create"),
    path("scenarios/cases/<pk>/", scenario.CaseEdit.as_view(), name="case-edit"),
    path(
        "scenarios/cases/<pk>/delete/",
        scenario.CaseDelete.as_view(),
        name="case-delete",
    ),
    path("scenarios/<pk>/", scenario.ScenarioDetail.as_view(), name="scenario-detail"),
    path("scenarios/<pk>/edit/", scenario.ScenarioEdit.as_view(), name="scenario-edit"),
    path(
        "scenarios/<pk>/delete/",
        scenario.ScenarioDelete.as_view(),
        name="scenario-delete",
    ),
    path("scenarios/<pk>/run/", scenario.ScenarioRun.as_view(), name="scenario-run"),
    path(
        "scenarios/<pk>/export/",
        scenario.ScenarioExport.as_view(),
        name="scenario-export",
    ),
    path("debug/", debug.Debug.as_view(), name="debug"),
]
