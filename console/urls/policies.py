"""API policies."""

from typing import Any

from django.urls import URLPattern, path

from console.models import Acl, Plugin, Signature, Throttle
from console.models.binding import Policy
from console.views import (
    acl,
    authorizer,
    binding,
    certificate,
    channel,
    environment,
    orchestration,
    plugin,
    policy,
    signature_key,
    throttle,
    verdict,
)


def bound(model: type[Policy], detail: Any, delete: Any) -> list[URLPattern]:
    """The pages that every policy has."""
    noun = model.noun
    views = {
        f"policies/{noun}/<pk>/": (f"{noun}-detail", detail.as_view(model=model)),
        f"policies/{noun}/<pk>/delete/": (
            f"{noun}-delete",
            delete.as_view(model=model),
        ),
        f"policies/{noun}/<pk>/bind/": (
            f"{noun}-bind",
            binding.Bind.as_view(about=model),
        ),
        f"policies/{noun}/<pk>/unbind/": (
            f"{noun}-unbind",
            binding.Unbind.as_view(about=model),
        ),
    }
    return [path(route, view, name=name) for route, (name, view) in views.items()]


urlpatterns = [
    path("policies/", policy.PolicyList.as_view(), name="policy-list"),
    path("policies/create/", policy.PolicyTypes.as_view(), name="policy-create"),
    path(
        "policies/throttle/create/",
        throttle.ThrottleEdit.as_view(),
        name="throttle-create",
    ),
    path(
        "policies/throttle/<pk>/edit/",
        throttle.ThrottleEdit.as_view(),
        name="throttle-edit",
    ),
    path(
        "policies/throttle/<pk>/exclude/",
        throttle.SpecialEdit.as_view(),
        name="throttle-exclude",
    ),
    path(
        "policies/throttle/specials/<pk>/delete/",
        throttle.SpecialDelete.as_view(),
        name="throttlespecial-delete",
    ),
    path(
        "policies/orchestrations/",
        orchestration.OrchestrationList.as_view(),
        name="orchestration-list",
    ),
    path(
        "policies/orchestrations/create/",
        orchestration.OrchestrationEdit.as_view(),
        name="orchestration-create",
    ),
    path(
        "policies/orchestrations/<pk>/",
        orchestration.OrchestrationEdit.as_view(),
        name="orchestration-edit",
    ),
    path(
        "policies/orchestrations/<pk>/delete/",
        orchestration.OrchestrationDelete.as_view(),
        name="orchestration-delete",
    ),
    path("policies/acl/create/", acl.AclEdit.as_view(), name="acl-create"),
    path("policies/acl/<pk>/edit/", acl.AclEdit.as_view(), name="acl-edit"),
    *bound(Throttle, throttle.ThrottleDetail, throttle.ThrottleDelete),
    path(
        "policies/acl/<pk>/clone/",
        binding.Clone.as_view(model=Acl),
        name="acl-clone",
    ),
    *bound(Acl, acl.AclDetail, acl.AclDelete),
    path("policies/plugin/create/", plugin.PluginEdit.as_view(), name="plugin-create"),
    path("policies/plugin/<pk>/edit/", plugin.PluginEdit.as_view(), name="plugin-edit"),
    path(
        "policies/signature/create/",
        signature_key.SignatureKeyEdit.as_view(),
        name="signature-create",
    ),
    path(
        "policies/signature/<pk>/edit/",
        signature_key.SignatureKeyEdit.as_view(),
        name="signature-edit",
    ),
    *bound(
        Signature,
        signature_key.SignatureKeyDetail,
        signature_key.SignatureKeyDelete,
    ),
    path(
        "policies/plugin/<pk>/clone/",
        binding.Clone.as_view(model=Plugin),
        name="plugin-clone",
    ),
    *bound(Plugin, plugin.PluginDetail, plugin.PluginDelete),
    path("policies/channels/", channel.ChannelList.as_view(), name="channel-list"),
    path(
        "policies/channels/create/",
        channel.ChannelEdit.as_view(),
        name="channel-create",
    ),
    path(
        "policies/channels/<pk>/",
        channel.ChannelDetail.as_view(),
        name="channel-detail",
    ),
    path(
        "policies/channels/<pk>/edit/",
        channel.ChannelEdit.as_view(),
        name="channel-edit",
    ),
    path(
        "policies/channels/<pk>/delete/",
        channel.ChannelDelete.as_view(),
        name="channel-delete",
    ),
    path(
        "policies/environments/",
        environment.EnvironmentList.as_view(),
        name="environment-list",
    ),
    path(
        "policies/environments/create/",
        environment.EnvironmentEdit.as_view(),
        name="environment-create",
    ),
    path(
        "policies/environments/<pk>/",
        environment.EnvironmentEdit.as_view(),
        name="environment-edit",
    ),
    path(
        "policies/environments/<pk>/delete/",
        environment.EnvironmentDelete.as_view(),
        name="environment-delete",
    ),
    path(
        "policies/certificates/",
        certificate.CertificateList.as_view(),
        name="certificate-list",
    ),
    path(
        "policies/certificates/create/",
        certificate.CertificateEdit.as_view(),
        name="certificate-create",
    ),
    path(
        "policies/certificates/<pk>/",
        certificate.CertificateDetail.as_view(),
        name="certificate-detail",
    ),
    path(
        "policies/certificates/<pk>/edit/",
        certificate.CertificateEdit.as_view(),
        name="certificate-edit",
    ),
    path(
        "policies/certificates/<pk>/delete/",
        certificate.CertificateDelete.as_view(),
        name="certificate-delete",
    ),
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
        "policies/authorizers/cache/",
        verdict.VerdictList.as_view(),
        name="authorizer-cache",
    ),
    path(
        "policies/authorizers/cache/flush/",
        verdict.Flush.as_view(),
        name="authorizer-flush",
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
