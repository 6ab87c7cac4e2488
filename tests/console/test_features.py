"""Gateway parameters: their rules, their pages, and what they change."""

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from pytest_django import Settings

from console import features, models
from console.embedded import Embedded
from tests.console import policies, world

pytestmark = pytest.mark.django_db


def test_every_default_is_one_that_could_be_configured() -> None:
    for parameter in features.PARAMETERS.values():
        parameter.effect(parameter.read(parameter.default))


def test_without_configuration_the_defaults_hold() -> None:
    found = features.in_force()
    assert found.settings.ratelimit == 200
    assert found.settings.request_body_size == 12 * 1024 * 1024
    assert found.app_auths == frozenset()


@pytest.mark.parametrize(
    ("name", "config", "field", "value"),
    [
        ("ratelimit", '{"api_limits": 500}', "ratelimit", 500),
        ("request_body_size", "104857600", "request_body_size", 104_857_600),
        ("backend_timeout", '{"max_timeout": 500}', "backend_timeout", 500),
        ("app_route", "on", "app_route", True),
        ("real_ip_from_xff", '{"enable": "on", "xff_index": 0}', "xff_index", 0),
        ("real_ip_from_xff", '{"enable": "off", "xff_index": 0}', "xff_index", None),
        (
            "real_ip_header_getter",
            '{"enable": "on", "header_getter": "header:X-Name"}',
            "real_ip_header",
            "X-Name",
        ),
        (
            "app_jwt",
            '{"enable": "on", "auth_header": "X-Proof"}',
            "app_jwt_header",
            "X-Proof",
        ),
        ("api_uri_no_escape", "on", "uri_no_escape", True),
        (
            "request_custom_config",
            '{"request_body_timeout": 3}',
            "request_body_timeout",
            3000,
        ),
        (
            "custom_auth_header",
            '{"enable": "on", "app_auth_header": "X-App"}',
            "app_auth_header",
            "X-App",
        ),
        (
            "custom_auth_header",
            '{"enable": "on", "backend_sign_header": "X-Sign"}',
            "backend_sign_header",
            "X-Sign",
        ),
        (
            "default_group_host_trustlist",
            '{"enable": "on", "hosts": ["192.0.2.1"]}',
            "trusted_hosts",
            ("192.0.2.1",),
        ),
        (
            "backend_token_allow",
            '{"backend_token_allow_users": ["a.*"]}',
            "token_allow",
            ("a.*",),
        ),
        (
            "ssl_ciphers",
            '{"ssl_ciphers": ["ECDHE-RSA-AES128-SHA256"]}',
            "ssl_ciphers",
            ("ECDHE-RSA-AES128-SHA256",),
        ),
        (
            "custom_log",
            '{"custom_logs": [{"location": "cookie", "name": "c"}]}',
            "custom_logs",
            (("cookie", "c"),),
        ),
        (
            "app_token",
            '{"enable": "on", "app_token_uri": "/token"}',
            "app_token_uri",
            "/token",
        ),
        (
            "app_token",
            '{"enable": "on", "app_token_expire_time": 72000}',
            "app_token_time",
            72_000,
        ),
    ],
)
def test_a_parameter_changes_its_setting(
    name: str, config: str, field: str, value: object
) -> None:
    row = policies.feature(name, config)
    assert getattr(features.in_force().settings, field) == value
    row.enable = False
    row.save_valid()
    assert features.in_force() == features.InForce(
        features.in_force().settings, frozenset()
    )


@pytest.mark.parametrize(
    ("name", "config", "text"),
    [
        ("ratelimit", "{}", "api_limits: a whole number"),
        ("ratelimit", "500", "it must be a JSON object"),
        ("ratelimit", '{"api_limits": 1000001}', "from 1 to 1,000,000"),
        ("request_body_size", "1", "a whole number from 1,048,576"),
        ("request_body_size", "9" * 5000, "a whole number from 1,048,576"),
        ("backend_timeout", '{"max_timeout": true}', "max_timeout: a whole number"),
        ("app_route", "yes", "on or off"),
        ("real_ip_from_xff", '{"enable": "yes"}', "enable: on or off"),
        ("real_ip_from_xff", '{"enable": "on", "xff_index": "1"}', "xff_index"),
        ("real_ip_header_getter", '{"enable": "on"}', "header_getter: a header"),
        ("app_jwt", '{"enable": "on", "auth_header": ":"}', "auth_header: the name"),
        ("unknown", "on", "unknown is unknown"),
        ("app_token", '{"enable": "on", "app_token_uri": "token"}', "app_token_uri: a"),
        (
            "app_token",
            '{"enable": "on", "refresh_token_expire_time": 72001}',
            "refresh_token_expire_time: a whole number from 1 to 72,000",
        ),
        ("app_token", '{"enable": "on", "app_token_key": 7}', "app_token_key: a text"),
        ("throttle_strategy", '{"enable": "on", "strategy": "x"}', "cluster or local"),
        ("gzip", '{"enable": "on", "comp_level": 10}', "comp_level: a whole number"),
        ("custom_auth_header", '{"enable": "on", "app_auth_header": "a b"}', "header"),
        ("request_custom_config", '{"request_body_timeout": 0}', "from 1 to 600"),
        (
            "default_group_host_trustlist",
            '{"enable": "on", "hosts": ["a.test"]}',
            "hosts: a list of IP addresses",
        ),
        ("default_group_host_trustlist", '{"enable": "on"}', "hosts: at least one"),
        (
            "backend_token_allow",
            '{"backend_token_allow_users": ["("]}',
            r"backend_token_allow_users\[0\]",
        ),
        ("ssl_ciphers", '{"ssl_ciphers": []}', "at least one cipher suite"),
        ("ssl_ciphers", '{"ssl_ciphers": ["RC4"]}', "RC4 is none of"),
        (
            "custom_log",
            '{"custom_logs": [{"location": "body", "name": "a"}]}',
            r"custom_logs\[0\].location: header",
        ),
        (
            "custom_log",
            '{"custom_logs": [{"location": "query", "name": ""}]}',
            r"custom_logs\[0\].name",
        ),
    ],
)
def test_what_breaks_a_rule_is_refused(name: str, config: str, text: str) -> None:
    with pytest.raises(ValidationError, match=text):
        policies.feature(name, config)


def test_tokens_compression_and_strategy_are_of_each_api() -> None:
    policies.feature("app_token", '{"enable": "on"}')
    policies.feature("gzip", '{"enable": "on", "comp_level": 3}')
    policies.feature("throttle_strategy", '{"enable": "on", "strategy": "local"}')
    found = features.in_force()
    assert found.app_auths == {"app_token"}
    assert (found.gzip, found.throttle_local) == (3, True)


def test_the_key_of_tokens_is_encrypted_and_masked() -> None:
    row = policies.feature("app_token", '{"enable": "on", "app_token_key": "hush"}')
    assert "hush" not in row.config and row.secret == "hush"
    assert features.in_force().settings.app_token_key == "hush"
    assert "hush" not in repr(features.in_force())


def test_the_names_of_channels_can_be_kept() -> None:
    channel = models.Channel(name="orders", port=80)
    channel.save_valid()
    policies.feature("vpc_name_modifiable", "off")
    channel.port = 81
    channel.save_valid()
    channel.name = "another"
    with pytest.raises(ValidationError, match="vpc_name_modifiable is off"):
        channel.save_valid()


def test_an_api_key_and_a_secret_exclude_each_other() -> None:
    policies.feature("app_secret", "on")
    with pytest.raises(ValidationError, match="turn app_secret off first"):
        policies.feature("app_api_key", "on")
    policies.feature("app_api_key", "off")
    assert features.in_force().app_auths == {"app_secret"}


def test_a_configuration_that_cannot_be_read_leaves_the_default() -> None:
    policies.feature("ratelimit", '{"api_limits": 5}')
    models.Feature.objects.update(config="broken")
    assert features.in_force().settings.ratelimit == 200


def test_parameters_are_listed_and_modified_on_the_settings_page(
    admin_client: Client,
) -> None:
    html = admin_client.get("/settings/").content.decode()
    assert all(f"Modify {name}" in html for name in features.PARAMETERS)
    url = "/settings/ratelimit/"
    assert "{&quot;api_limits&quot;: 200}" in admin_client.get(url).content.decode()
    sent = {"enable": "on", "config": '{"api_limits": 0}'}
    assert "api_limits: a whole number" in admin_client.post(url, sent).content.decode()
    sent["config"] = '{"api_limits": 7}'
    assert admin_client.post(url, sent)["Location"] == "/settings/"
    assert models.Feature.objects.get().config == '{"api_limits": 7}'
    html = admin_client.get("/settings/", {"q": "ratelimit"}).content.decode()
    assert "Modify app_basic" not in html
    assert "{&quot;api_limits&quot;: 7}" in html
    assert admin_client.get("/settings/nothing/").status_code == 404


@pytest.mark.django_db(transaction=True)
def test_a_changed_parameter_holds_for_the_next_call(client: Client) -> None:
    api = world.published(auth_type="NONE", req_protocol="BOTH")
    call = {"HTTP_HOST": api.group.sl_domain}
    assert client.get(api.req_uri, **call).status_code == 200  # type: ignore[arg-type]
    policies.feature("ratelimit", '{"api_limits": 1}')
    statuses = [client.get(api.req_uri, **call).status_code for _ in range(3)]  # type: ignore[arg-type]
    assert 429 in statuses


def test_the_console_keeps_the_limits_that_are_in_force(settings: Settings) -> None:
    settings.LIMITS = {"lock_tries": 2}
    policies.feature("request_body_size", "2000000")
    found = features.of_calls()
    assert (found.lock_tries, found.request_body_size) == (2, 2_000_000)
    settings.SNAPSHOT_FILE = settings.DATA_DIR / "no-snapshot"
    core = Embedded()
    try:
        assert core.body_limit == 2_000_000
    finally:
        core.close()
