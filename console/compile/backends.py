"""The nested documents of a definition to the gateway's parameters and backends."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from console import features
from console.compile.functions import target
from console.models.api.backends import DOCUMENTS, named
from console.models.api.params import FRONTEND
from console.models.api.policies import FIELDS, NAMED_BY
from console.models.api.shape import listed
from console.urns import UnknownFunction
from gateway import snapshot as data

Raw = Mapping[str, Any]
Guard = Callable[[str], data.Authorizer]
Channels = Mapping[str, data.Channel]


def req_param(raw: Raw) -> data.ReqParam:
    return data.ReqParam(
        name=raw["name"],
        type=raw["type"],
        location=raw["location"],
        required=raw["required"] == 1,
        default_value=raw["default_value"],
        valid_enable=raw["valid_enable"] == 1,
        enumerations=tuple(listed(raw["enumerations"])),
        min_num=raw["min_num"],
        max_num=raw["max_num"],
        min_size=raw["min_size"],
        max_size=raw["max_size"],
        pass_through=raw["pass_through"] == 1,
    )


class Backends:
    """Turns definitions' backends into values; a function is looked up once."""

    def __init__(self, guard: Guard, channels: Channels, most: int) -> None:
        """`most` is the longest that a backend may be waited for, in ms."""
        self._most = most
        self._guard = guard
        self._channels = channels
        self._certificate = features.client_certificate()
        self._targets: dict[tuple[str, str, str], data.Target | None] = {}

    @property
    def targets(self) -> list[data.Target]:
        """What the backends so far call."""
        return [found for found in self._targets.values() if found]

    def default(self, definition: Raw) -> data.Backend:
        kind = definition["backend_type"]
        document = definition[DOCUMENTS[kind][0]]
        return self._backend(kind, document, definition["backend_params"])

    def policies(self, definition: Raw) -> tuple[data.BackendPolicy, ...]:
        kind = definition["backend_type"]
        return tuple(
            data.BackendPolicy(
                name=raw["name"],
                effect_mode=raw["effect_mode"],
                conditions=tuple(map(_condition, raw["conditions"])),
                backend=self._backend(kind, raw, raw["backend_params"]),
            )
            for raw in definition[FIELDS[kind]]
        )

    def _backend(self, kind: str, raw: Raw, params: Sequence[Raw]) -> data.Backend:
        guard = raw["authorizer_id"]
        return data.Backend(
            to=self._to(kind, raw),
            params=tuple(map(_backend_param, params)),
            authorizer=self._guard(guard) if guard else None,
        )

    def _to(
        self, kind: str, raw: Raw
    ) -> data.MockInfo | data.BackendApi | data.FuncInfo:
        if kind == "HTTP":
            return self._backend_api(raw)
        if kind == "FUNCTION":
            return data.FuncInfo(
                self._target(raw),
                raw["invocation_type"],
                min(self._most, raw["timeout"]),
            )
        headers = tuple((h["name"], h["value"]) for h in raw["headers"])
        return data.MockInfo(raw["status_code"], raw["result_content"], headers)

    def _backend_api(self, raw: Raw) -> data.BackendApi:
        info = raw["vpc_channel_info"] or {}
        return data.BackendApi(
            url_domain=raw["url_domain"],
            req_protocol=raw["req_protocol"],
            req_method=raw["req_method"],
            req_uri=raw["req_uri"],
            timeout=min(self._most, raw["timeout"]),
            retry_count=int(raw["retry_count"]),
            enable_client_ssl=raw["enable_client_ssl"],
            tls=self._tls(raw),
            channel=self._channel(info.get("vpc_channel_id")),
            proxy_host=info.get("vpc_channel_proxy_host", ""),
            group_urls={
                url["member_group_id"]: data.GroupUrl(
                    url["req_protocol"], url["req_method"], url["req_uri"]
                )
                # What was published before there were such URLs has none.
                for url in raw.get("member_group_url_infos") or ()
            },
        )

    def _tls(self, raw: Raw) -> data.ClientTls | None:
        """Whom to trust and what to show, where that is not the usual."""
        shown = self._certificate if raw["enable_client_ssl"] else None
        tls = shown or data.ClientTls()
        # What was published before there were CAs of backends has none.
        if own := raw.get("ca_content"):
            tls = replace(tls, ca=own)
        return tls if tls != data.ClientTls() else None

    def _channel(self, channel_id: str | None) -> data.Channel | None:
        """A channel; one that is gone must refuse calls, not let them go elsewhere."""
        if channel_id is None:
            return None
        return self._channels.get(channel_id) or data.Channel.gone(channel_id)

    def _target(self, raw: Raw) -> data.Target | None:
        """What a function backend calls; None, which refuses, when it is gone."""
        key = raw["function_urn"], raw["version"], raw["alias_urn"]
        if key not in self._targets:
            try:
                self._targets[key] = target(named(dict(raw)))
            except UnknownFunction:
                self._targets[key] = None
        return self._targets[key]


def _backend_param(raw: Raw) -> data.BackendParam:
    return data.BackendParam(raw["name"], raw["location"], raw["origin"], raw["value"])


def _condition(raw: Raw) -> data.Condition:
    origin = raw["condition_origin"]
    name = raw[NAMED_BY[origin]] if NAMED_BY[origin] else ""
    return data.Condition(
        origin=origin,
        name=name.removeprefix(FRONTEND),
        type=raw["condition_type"],
        value=raw["condition_value"],
        location=raw.get("mapped_param_location", ""),
    )
