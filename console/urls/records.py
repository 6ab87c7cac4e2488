"""Debugging, and what happened."""

from django.urls import path

from console.views import debug, records, trace

urlpatterns = [
    path("internal/records/", records.deliver, name="records"),
    path("traces/<request_id>/", trace.TraceDetail.as_view(), name="trace-detail"),
    path("debug/", debug.Debug.as_view(), name="debug"),
]
