"""Plug-ins through the management API."""

import json
from typing import Any

import pytest

from console import models
from console.models.environment import RELEASE_ID
from tests.console import policies, world
from tests.console.rest.conftest import Api, refused

pytestmark = pytest.mark.django_db
CONTENT = {"allow_origin": "*", "allow_methods": "GET", "id": "kept"}
BODY = {
    "plugin_name": "cors-for_all",
    "plugin_type": "cors",
    "plugin_scope": "global",
    "plugin_content": json.dumps(CONTENT),
    "remark": "r",
}
BACK = "0" * 32
OIDC = {
    "discovery": "https://example.com/.well-known/openid-configuration",
    "client_id": "id",
    "redirect_api_id": BACK,
    "client_secret": "not to be seen",
}


def test_a_plugin_is_created_shown_changed_and_deleted(api: Api) -> None:
    made = api("POST", "~/plugins", BODY)
    assert made.status_code == 201
    plugin = made.json()
    assert BODY.items() <= plugin.items()
    path = f"~/plugins/{plugin['plugin_id']}"
    assert api("GET", path).json() == plugin
    content = json.dumps(CONTENT | {"allow_methods": "PUT"})
    changed = api("PUT", path, BODY | {"plugin_content": content})
    assert (changed.status_code, changed.json()["plugin_content"]) == (200, content)
    listed = api("GET", "~/plugins?plugin_type=cors&plugin_name=CORS&limit=1").json()
    assert listed["plugins"] == [changed.json()]
    assert api("DELETE", path).status_code == 204
    assert refused(api("GET", path)) == (404, "APIG.3068")


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"plugin_name": "1"}, "APIG.2012"),
        ({"plugin_type": "magic"}, "APIG.2012"),
        ({"plugin_type": ""}, "APIG.2001"),
        ({"plugin_scope": "local"}, "APIG.2012"),
        ({"plugin_scope": None}, "APIG.2001"),
        ({"plugin_content": "{"}, "APIG.2012"),
        ({"plugin_content": CONTENT}, "APIG.2012"),
        ({"plugin_content": "[]"}, "APIG.2012"),
        ({"plugin_content": ""}, "APIG.2001"),
        ({"plugin_content": json.dumps({"x": "x" * 65_536})}, "APIG.2006"),
        ({"remark": "r" * 256}, "APIG.2006"),
    ],
)
def test_what_is_wrong_is_named(api: Api, fields: dict[str, Any], code: str) -> None:
    reply = api("POST", "~/plugins", BODY | fields)
    assert refused(reply) == (400, code)
    assert f"parameterName:{next(iter(fields))}." in reply.json()["error_msg"]


def test_a_name_is_taken_once_and_the_type_stays(api: Api) -> None:
    plugin = api("POST", "~/plugins", BODY).json()
    assert refused(api("POST", "~/plugins", BODY)) == (400, "APIG.3326")
    other = BODY | {"plugin_type": "set_resp_headers"}
    reply = api("PUT", f"~/plugins/{plugin['plugin_id']}", other)
    assert refused(reply) == (400, "APIG.2012")


def test_a_secret_is_masked_and_a_mask_keeps_it(api: Api) -> None:
    world.api(id=BACK, auth_type="NONE", req_protocol="HTTPS")
    row = policies.plugin("oidc_auth", **OIDC)
    shown = api("GET", f"~/plugins/{row.pk}").json()
    assert OIDC["client_secret"] not in shown["plugin_content"]
    assert api("PUT", f"~/plugins/{row.pk}", shown).status_code == 200
    row.refresh_from_db()
    assert row.document["client_secret"] == OIDC["client_secret"]


def test_one_in_use_is_kept(api: Api) -> None:
    row, target = policies.plugin(), world.published()
    body = {"env_id": RELEASE_ID, "api_ids": [target.pk]}
    api("POST", f"~/plugins/{row.pk}/attach", body)
    assert refused(api("DELETE", f"~/plugins/{row.pk}")) == (409, "APIG.3462")


def test_a_plugin_is_attached_to_an_api(api: Api) -> None:
    row, target = policies.plugin(), world.published(tags=["red"])
    path, body = f"~/plugins/{row.pk}", {"env_id": RELEASE_ID, "api_ids": [target.pk]}
    free = f"{path}/attachable-apis?env_id={RELEASE_ID}&tags=red"
    assert [one["api_id"] for one in api("GET", free).json()["apis"]] == [target.pk]
    made = api("POST", f"{path}/attach", body)
    assert made.status_code == 201
    [attached] = made.json()["attached_plugins"]
    assert (attached["plugin_id"], attached["api_name"]) == (row.pk, target.name)
    [one] = api("GET", f"{path}/attached-apis?env_id={RELEASE_ID}").json()["apis"]
    assert one["plugin_attach_id"] == attached["plugin_attach_id"]
    assert one["publish_id"] == target.releases.get().publish_id
    assert api("GET", free).json()["total"] == 0
    assert api("PUT", f"{path}/detach", body).status_code == 204
    assert api("GET", f"{path}/attached-apis").json()["total"] == 0


def test_an_api_is_given_a_plugin(api: Api) -> None:
    row, target = policies.plugin(), world.published()
    path, body = f"~/apis/{target.pk}", {"env_id": RELEASE_ID, "plugin_ids": [row.pk]}
    free = f"{path}/attachable-plugins?env_id={RELEASE_ID}&plugin_type=cors"
    assert api("GET", free).json()["plugins"][0]["plugin_id"] == row.pk
    assert api("POST", f"{path}/plugins/attach", body).status_code == 201
    assert api("GET", free).json()["total"] == 0
    on = f"{path}/attached-plugins?plugin_name={row}&env_name=RELEASE"
    [one] = api("GET", on).json()["plugins"]
    assert (one["plugin_id"], one["env_id"]) == (row.pk, RELEASE_ID)
    assert api("PUT", f"{path}/plugins/detach", body).status_code == 204
    assert not models.PluginBinding.objects.exists()


def test_another_of_the_type_takes_the_place(api: Api) -> None:
    rows, target = [policies.plugin(), policies.plugin()], world.published()
    for row in rows:
        body = {"env_id": RELEASE_ID, "plugin_ids": [row.pk]}
        api("POST", f"~/apis/{target.pk}/plugins/attach", body)
    assert models.PluginBinding.objects.get().policy == rows[1]


def test_a_wrong_attachment_is_refused(api: Api) -> None:
    row, draft, live = policies.plugin(), world.api(), world.published()
    body = {"env_id": RELEASE_ID, "api_ids": [live.pk, draft.pk]}
    wrong: list[tuple[dict[str, Any], tuple[int, str]]] = [
        ({}, (409, "APIG.3707")),
        ({"env_id": ""}, (400, "APIG.2001")),
        ({"env_id": "0" * 32}, (404, "APIG.3003")),
        ({"api_ids": []}, (400, "APIG.2001")),
        ({"api_ids": ["0" * 32]}, (404, "APIG.3002")),
    ]
    for fields, error in wrong:
        reply = api("POST", f"~/plugins/{row.pk}/attach", body | fields)
        assert refused(reply) == error
    assert not models.PluginBinding.objects.exists()
    nothing = f"~/plugins/{'0' * 32}"
    for method, path in (("POST", "attach"), ("PUT", "detach")):
        reply = api(method, f"{nothing}/{path}", body)
        assert refused(reply) == (404, "APIG.3068")
    assert refused(api("GET", f"~/plugins/{row.pk}/attachable-apis")) == (
        400,
        "APIG.2001",
    )


def test_the_api_that_a_login_comes_back_to_is_kept(api: Api) -> None:
    world.api(id=BACK, auth_type="NONE", req_protocol="HTTPS")
    row = policies.plugin("oidc_auth", **OIDC)
    reply = api("DELETE", f"~/apis/{BACK}")
    assert refused(reply) == (409, "APIG.3416")
    assert row.plugin_name in reply.json()["error_msg"]
    row.delete()
    assert api("DELETE", f"~/apis/{BACK}").status_code == 204


def test_the_function_that_stands_in_for_a_backend_is_kept(api: Api) -> None:
    function = world.function(func_name="spare")
    info = {"type": "function", "func_info": {"function_urn": function.func_urn}}
    fuse = {
        "breaker_type": "timeout",
        "breaker_mode": "counter",
        "unhealthy_threshold": 1,
        "time_window": 1,
        "open_breaker_time": 1,
    }
    row = policies.plugin("breaker", breaker_condition=fuse, downgrade_default=info)
    reply = api("DELETE", f"fgs/functions/{function.func_urn}")
    assert refused(reply) == (409, "FSS.0409")
    assert row.plugin_name in reply.json()["error_msg"]
