"""Policies bound to APIs through the management API, whatever their kind."""

from typing import Any, NamedTuple

import pytest

from console import models
from tests.console import policies, world
from tests.console.rest.conftest import Api, refused

pytestmark = pytest.mark.django_db


class Kind(NamedTuple):
    """What differs: how a policy is made, and how bodies, queries, lists name it."""

    make: Any
    path: str
    chosen: str
    query: str
    made: str
    apis: str
    policies: tuple[str, str]
    missing: tuple[str, str]


THROTTLE = Kind(
    policies.throttle,
    "~/throttle-bindings",
    "strategy_id",
    "throttle",
    "throttle_applys",
    "apis",
    ("binded-throttles", "throttles"),
    ("APIG.3005", "APIG.3012"),
)
ACL = Kind(
    policies.acl,
    "~/acl-bindings",
    "acl_id",
    "acl",
    "acl_bindings",
    "apis",
    ("binded-acls", "acls"),
    ("APIG.3006", "APIG.3010"),
)
SIGN = Kind(
    policies.signature,
    "~/sign-bindings",
    "sign_id",
    "sign",
    "bindings",
    "bindings",
    ("binded-signs", "bindings"),
    ("APIG.3017", "APIG.3018"),
)
KINDS = [
    pytest.param(THROTTLE, id="throttle"),
    pytest.param(ACL, id="acl"),
    pytest.param(SIGN, id="sign"),
]


@pytest.fixture(params=KINDS)
def kind(request: Any) -> Kind:
    found: Kind = request.param
    return found


@pytest.fixture
def target() -> models.Api:
    return world.published(tags=["red"])


def body(kind: Kind, policy: Any, *apis: models.Api) -> dict[str, Any]:
    ids = [row.releases.get().publish_id for row in apis]
    return {kind.chosen: policy.pk, "publish_ids": ids}


def test_a_policy_is_bound_once_and_unbound(
    api: Api, kind: Kind, target: models.Api
) -> None:
    policy = kind.make()
    made = api("POST", kind.path, body(kind, policy, target))
    assert made.status_code == 201
    [row] = made.json()[kind.made]
    assert row["id"] == policy.bindings.get().pk
    again = api("POST", kind.path, body(kind, policy, target)).json()[kind.made]
    assert [one["id"] for one in again] == [row["id"]]
    assert api("DELETE", f"{kind.path}/{row['id']}").status_code == 204
    gone = api("DELETE", f"{kind.path}/{row['id']}")
    assert refused(gone) == (404, kind.missing[1])


def test_another_policy_takes_the_place(
    api: Api, kind: Kind, target: models.Api
) -> None:
    first, second = kind.make(), kind.make()
    for policy in (first, second):
        api("POST", kind.path, body(kind, policy, target))
    assert (first.bindings.count(), second.bindings.count()) == (0, 1)


def test_both_sides_see_it(api: Api, kind: Kind, target: models.Api) -> None:
    policy, other = kind.make(), kind.make()
    of_policy = f"{kind.path}/binded-apis?{kind.query}_id={policy.pk}"
    free = f"{kind.path}/unbinded-apis?{kind.query}_id={policy.pk}"
    api("POST", kind.path, body(kind, other, target))
    [row] = api("GET", f"{free}&tags=red&group_id={target.group_id}").json()["apis"]
    assert (row["id"], row["run_env_name"]) == (target.pk, "RELEASE")
    assert str(other) in row.values()
    assert api("GET", f"{free}&tags=blue").json()["apis"] == []
    api("POST", kind.path, body(kind, policy, target))
    assert api("GET", free).json()["total"] == 0
    [row] = api("GET", f"{of_policy}&api_name=api").json()[kind.apis]
    assert row["publish_id"] == target.releases.get().publish_id
    assert target.name in row.values()
    assert api("GET", f"{of_policy}&api_name=nothing").json()[kind.apis] == []
    path, items = kind.policies
    of_api = f"{kind.path}/{path}?api_id={target.pk}&env_id={row_env(target)}"
    [row] = api("GET", f"{of_api}&{kind.query}_name={policy}").json()[items]
    assert str(policy) in row.values()
    assert row["env_name"] == "RELEASE"


def row_env(api: models.Api) -> str:
    return str(api.releases.get().env_id)


def test_what_is_wrong_is_named(api: Api, kind: Kind, target: models.Api) -> None:
    policy = kind.make()
    good = body(kind, policy, target)
    wrong: list[tuple[dict[str, Any], tuple[int, str]]] = [
        ({kind.chosen: ""}, (400, "APIG.2001")),
        ({kind.chosen: "0" * 32}, (404, kind.missing[0])),
        ({"publish_ids": []}, (400, "APIG.2001")),
        ({"publish_ids": [1]}, (400, "APIG.2012")),
        ({"publish_ids": ["0" * 32]}, (404, "APIG.3015")),
        ({"publish_ids": ["a"] * 1001}, (400, "APIG.2003")),
    ]
    for fields, error in wrong:
        assert refused(api("POST", kind.path, good | fields)) == error
    assert not policy.bindings.exists()
    for path in ("binded-apis", "unbinded-apis", kind.policies[0]):
        assert refused(api("GET", f"{kind.path}/{path}")) == (400, "APIG.2001")


def test_a_draft_cannot_be_bound(api: Api) -> None:
    """Nor listed: it has no publication."""
    policy = policies.throttle()
    world.api()
    free = f"~/throttle-bindings/unbinded-apis?throttle_id={policy.pk}"
    assert api("GET", free).json()["total"] == 0


SEVERAL = [
    pytest.param(THROTTLE, "throttle_bindings", id="throttle"),
    pytest.param(ACL, "acl_bindings", id="acl"),
]


@pytest.mark.parametrize(("kind", "several"), SEVERAL)
def test_many_are_unbound_at_once(
    api: Api, target: models.Api, kind: Kind, several: str
) -> None:
    policy = kind.make()
    [row] = api("POST", kind.path, body(kind, policy, target)).json()[kind.made]
    ids = {several: [row["id"], "0" * 32, "\0"]}
    for wrong, code in (("", "APIG.2001"), ("?action=make", "APIG.2011")):
        assert refused(api("PUT", kind.path + wrong, ids)) == (400, code)
    reply = api("PUT", f"{kind.path}?action=delete", ids)
    assert reply.status_code == 200
    assert reply.json()["success_count"] == 1
    first, second = reply.json()["failure"]
    assert (first["bind_id"], first["error_code"]) == ("0" * 32, kind.missing[1])
    assert second["bind_id"] == "\0"
    assert not policy.bindings.exists()
