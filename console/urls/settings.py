"""Settings of the gateway."""

from django.urls import path

from console.views import feature

urlpatterns = [
    path("settings/", feature.FeatureList.as_view(), name="feature-list"),
    path("settings/<name>/", feature.FeatureEdit.as_view(), name="feature-edit"),
]
