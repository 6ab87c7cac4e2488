"""Documents of backends (reference: api.md sections 2.2 to 2.4)."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError

from console.models import Channel
from console.models.api.backends import named, paths, read_backend
from console.models.api.shape import code_of
from tests.certificates import authority, issue
from tests.console import policies, world

pytestmark = pytest.mark.django_db

HTTP = {
    "url_domain": "backend.example:8080",
    "req_protocol": "HTTP",
    "req_method": "ANY",
    "req_uri": "/v1/{id}",
    "timeout": 5000,
}
HTTPS = {"req_protocol": "HTTPS"}


def function(**fields: Any) -> dict[str, Any]:
    known = {"invocation_type": "sync", "network_type": "V1", "timeout": 5000}
    return known | fields


def refused(kind: str, document: Any) -> tuple[str, str]:
    """Code and text of the first broken rule."""
    with pytest.raises(ValidationError) as error:
        read_backend(kind, document)
    return code_of(error.value), error.value.messages[0]


def test_what_is_absent_gets_its_default_and_what_nobody_knows_goes() -> None:
    assert read_backend("HTTP", HTTP | {"id": "1", "status": 1}) == HTTP | {
        "retry_count": "-1",
        "enable_client_ssl": False,
        "ca_content": "",
        "vpc_channel_status": 2,
        "vpc_channel_info": None,
        "member_group_url_infos": [],
        "authorizer_id": "",
        "remark": "",
        "version": "",
    }


@pytest.mark.parametrize(
    "fields",
    [
        {"url_domain": "10.0.0.1"},
        {"url_domain": "[2001:db8::1]:8080"},
        {"url_domain": "#host#"},
        {"url_domain": "#host##port#"},
        {"url_domain": "#host#:8080"},
        {"url_domain": "a-b_c.example"},
        {"timeout": 1},
        {"timeout": 60_000},
        {"retry_count": "0"},
        {"retry_count": "10"},
    ],
)
def test_a_documented_http_backend_is_taken(fields: dict[str, Any]) -> None:
    backend = read_backend("HTTP", HTTP | fields)
    assert backend.items() >= fields.items()


@pytest.mark.parametrize(
    ("fields", "code", "said"),
    [
        ({"url_domain": ""}, "APIG.2001", "Backend Address"),
        ({"url_domain": "http://a"}, "APIG.2012", "Backend Address"),
        ({"url_domain": "a/b"}, "APIG.2012", "Backend Address"),
        ({"url_domain": "user@a"}, "APIG.2012", "Backend Address"),
        ({"url_domain": "a:0"}, "APIG.2012", "port"),
        ({"url_domain": "a:70000"}, "APIG.2012", "port"),
        ({"url_domain": "a" * 256}, "APIG.2012", "Backend Address"),
        ({"url_domain": "a\n"}, "APIG.2012", "Backend Address"),
        ({"req_protocol": "FTP"}, "APIG.2012", "Protocol"),
        ({"req_method": "TRACE"}, "APIG.2012", "Method"),
        ({"req_method": None}, "APIG.2001", "Method is missing"),
        ({"req_uri": "a"}, "APIG.2012", "Path"),
        ({"timeout": 0}, "APIG.2012", "Timeout"),
        ({"timeout": 600_001}, "APIG.2012", "Timeout"),
        ({"timeout": "5000"}, "APIG.2012", "Timeout"),
        ({"timeout": True}, "APIG.2012", "Timeout"),
        ({"retry_count": "11"}, "APIG.2012", "Retries"),
        ({"retry_count": 1}, "APIG.2012", "Retries"),
        ({"enable_client_ssl": True}, "APIG.3717", "Two-Way"),
        (HTTPS | {"enable_client_ssl": True}, "APIG.2012", "backend_client_cert"),
        (HTTPS | {"ca_content": "no PEM"}, "APIG.2012", "Backend CA: certificates in"),
        (HTTPS | {"ca_content": 5}, "APIG.2012", "Backend CA: a text"),
        (HTTPS | {"ca_content": issue("leaf").pem}, "APIG.2012", "Backend CA: a cert"),
        ({"ca_content": authority().pem}, "APIG.2012", "Backend CA: only with HTTPS"),
        ({"enable_client_ssl": "yes"}, "APIG.2012", "Two-Way"),
        ({"authorizer_id": "nobody"}, "APIG.3081", "nobody"),
        ({"remark": "d" * 256}, "APIG.2012", "Description"),
    ],
)
def test_another_http_backend_is_refused(
    fields: dict[str, Any], code: str, said: str
) -> None:
    assert refused("HTTP", HTTP | fields)[0] == code
    assert said in refused("HTTP", HTTP | fields)[1]


def test_two_way_authentication_needs_the_gateway_s_certificate() -> None:
    wanted = HTTP | HTTPS | {"enable_client_ssl": True}
    row = policies.client_certificate()
    assert read_backend("HTTP", wanted)["enable_client_ssl"] is True
    row.enable = False
    row.save_valid()
    assert "backend_client_certificate" in refused("HTTP", wanted)[1]


def test_of_a_backend_s_authorities_nothing_but_certificates_is_kept() -> None:
    ca, other = authority().pem, authority("Other").pem
    noisy = f"# subject=#Name#\r\n{ca}\n# another\n{other}"
    assert read_backend("HTTP", HTTP | HTTPS | {"ca_content": noisy})["ca_content"] == (
        ca + other
    )


def test_a_parameter_says_how_long_an_http_backend_may_take() -> None:
    long = HTTP | {"timeout": 60_001}
    assert refused("HTTP", long)[1] == (
        "Timeout (ms): at most 60,000, the gateway parameter backend_timeout."
    )
    policies.feature("backend_timeout", '{"max_timeout": 60001}')
    read_backend("HTTP", long)


def test_a_channel_stands_in_for_an_address() -> None:
    channel = world.channel()
    info = {"vpc_channel_id": channel.pk, "vpc_channel_proxy_host": "a.example:80"}
    wanted = HTTP | {"vpc_channel_status": 1, "vpc_channel_info": info}
    backend = read_backend("HTTP", wanted)
    assert (backend["url_domain"], backend["vpc_channel_info"]) == ("", info)
    unused = read_backend("HTTP", wanted | {"vpc_channel_status": 2})
    assert unused["vpc_channel_info"] is None


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"vpc_channel_info": None}, "APIG.2001"),
        ({"vpc_channel_info": {"vpc_channel_id": "none"}}, "APIG.3023"),
        ({"vpc_channel_info": "none"}, "APIG.2012"),
        ({"retry_count": "9"}, "APIG.2012"),
    ],
)
def test_another_channel_is_refused(fields: dict[str, Any], code: str) -> None:
    info = {"vpc_channel_id": world.channel().pk}
    wanted = HTTP | {"vpc_channel_status": 1, "vpc_channel_info": info}
    assert refused("HTTP", wanted | fields)[0] == code


def by_group(channel: Channel, *urls: dict[str, Any]) -> dict[str, Any]:
    """A backend whose groups of servers are asked for other paths than the rest."""
    info = {"vpc_channel_status": 4, "vpc_channel_info": {"vpc_channel_id": channel.pk}}
    return HTTP | info | {"member_group_url_infos": list(urls)}


def url(channel: Channel, **fields: Any) -> dict[str, Any]:
    known = {"req_protocol": "HTTPS", "req_method": "POST", "req_uri": "/b/{id}"}
    return known | {"member_group_id": channel.member_groups.get().pk} | fields


def test_a_group_of_servers_may_be_asked_for_something_else() -> None:
    channel = world.channel()
    backend = read_backend("HTTP", by_group(channel, url(channel)))
    assert backend["member_group_url_infos"] == [url(channel)]
    assert paths(backend) == "/v1/{id}/b/{id}"
    other = read_backend("HTTP", backend | {"vpc_channel_status": 1})
    assert other["member_group_url_infos"] == []


@pytest.mark.parametrize(
    ("changed", "code", "said"),
    [
        ({}, "APIG.2001", "add at least one"),
        ({"member_group_id": ""}, "APIG.2001", "Group is missing"),
        ({"member_group_id": "0" * 32}, "APIG.2012", "has no group"),
        ({"req_protocol": "FTP"}, "APIG.2012", "Protocol"),
        ({"req_uri": "b"}, "APIG.2012", "start with a slash"),
        ({"req_uri": None}, "APIG.2001", "Path is missing"),
    ],
)
def test_another_group_url_is_refused(
    changed: dict[str, Any], code: str, said: str
) -> None:
    channel = world.channel()
    urls = [url(channel, **changed)] if changed else []
    found, text = refused("HTTP", by_group(channel, *urls))
    assert found == code
    assert text.startswith("Group URLs:") and said in text
    twice = by_group(channel, url(channel), url(channel))
    assert "has two Group URLs" in refused("HTTP", twice)[1]


def test_a_backend_authorizer_is_one_of_type_backend() -> None:
    ours, other = world.authorizer(type="BACKEND"), world.authorizer()
    read_backend("MOCK", {"authorizer_id": ours.pk})
    assert "backend authorizer" in refused("MOCK", {"authorizer_id": other.pk})[1]


def test_a_function_backend_names_a_version_or_an_alias() -> None:
    row = world.example()
    urn = row.function.func_urn
    version = function(function_urn=urn, version=row.version.version)
    alias = function(function_urn=urn, alias_urn=row.alias.alias_urn, version="latest")
    assert named(read_backend("FUNCTION", version)).version == row.version
    assert named(read_backend("FUNCTION", alias)).alias == row.alias
    latest = named(read_backend("FUNCTION", function(function_urn=f"{urn}:latest")))
    assert (latest.version, latest.alias) == (None, None)


def test_a_function_that_is_not_there_is_refused() -> None:
    urn = world.function().func_urn
    for fields in (
        {"function_urn": f"{urn}x"},
        {"function_urn": urn, "version": "v9"},
        {"function_urn": urn, "alias_urn": f"{urn}:!none"},
    ):
        assert refused("FUNCTION", function(**fields))[0] == "APIG.3019"


def test_the_older_network_waits_a_minute_at_most() -> None:
    urn = world.function().func_urn
    long = function(function_urn=urn, timeout=60_001)
    assert "V1" in refused("FUNCTION", long)[1]
    read_backend("FUNCTION", long | {"network_type": "V2"})


@pytest.mark.parametrize(
    "mock",
    [
        {},
        {"status_code": 200},
        {"status_code": 599},
        {"result_content": "值" * 20_480},
        {"headers": [{"name": "X-A", "value": "", "remark": "值"}]},
        {"headers": [{"name": "a" * 128, "value": "v"}]},
    ],
)
def test_a_documented_mock_is_taken(mock: dict[str, Any]) -> None:
    read_backend("MOCK", mock)


@pytest.mark.parametrize(
    ("mock", "said"),
    [
        ({"status_code": 199}, "Status Code"),
        ({"status_code": 600}, "Status Code"),
        ({"status_code": "200"}, "Status Code"),
        ({"status_code": True}, "Status Code"),
        ({"result_content": "x" * 20_481}, "Response"),
        ({"result_content": 5}, "Response"),
        ({"headers": [{"name": "a b", "value": "v"}]}, "Headers: a b"),
        ({"headers": [{"name": "a:", "value": "v"}]}, "Headers: a:"),
        ({"headers": [{"name": "", "value": "v"}]}, "Headers"),
        ({"headers": [{"name": "a" * 129, "value": "v"}]}, "Headers"),
        ({"headers": [{"name": "a", "value": "b\r\nc"}]}, "Headers: a"),
        ({"headers": [{"name": "a", "value": "值"}]}, "Headers: a"),
        ({"headers": [{"name": "a"}]}, "Headers"),
        ({"headers": [1]}, "Headers"),
        ({"headers": {"a": "b"}}, "Headers"),
        ({"headers": [{"name": "a", "value": "b"}] * 11}, "Headers: at most 10"),
        ([], "object"),
        ("text", "object"),
    ],
)
def test_another_mock_is_refused_by_the_field_s_name(mock: Any, said: str) -> None:
    with pytest.raises(ValidationError) as refused:
        read_backend("MOCK", mock)
    assert said in refused.value.messages[0]
