"""The document that goes from console to gateway, and what it becomes."""

from dataclasses import FrozenInstanceError, replace

import orjson
import pytest

from gateway.snapshot import (
    AccessKey,
    Api,
    Authorizer,
    Backend,
    Credential,
    Function,
    Group,
    Identity,
    MockInfo,
    ResponseRule,
    Settings,
    Snapshot,
    Target,
    User,
    dump,
    load,
)
from gateway.snapshot.document import PIECE

KEYS = "czNjcmV0LXRva2Vucy1vZi0zMi1ieXRlcy0wMTIzNDU="
RULE = ResponseRule(401, '{"c":1}', (("X-A", "1"), ("X-A", "2")))
FUNCTION = Function(
    urn="urn:fss:r:p:function:default:f",
    func_name="f",
    runtime="Python3.9",
    handler="index.handler",
    code_hash="c0de",
    user_data={"test": "user@123"},
    encrypted_user_data={"token": "s3cret-token"},
)
AUTHORIZER = Authorizer(
    id="au1",
    name="guard",
    type="FRONTEND",
    revision="1",
    target=Target(FUNCTION, replace(FUNCTION, version="v2"), 20),
    identities=(Identity("HEADER", "token"), Identity("QUERY", "test", "^u")),
    ttl=30,
)
API = Api(
    id="a1",
    name="orders",
    group_id="g1",
    stage="RELEASE",
    req_protocol="HTTPS",
    req_method="GET",
    req_uri="/orders/{id}",
    auth_type="APP",
    authorizer=AUTHORIZER,
    backend=Backend(MockInfo(201, "é", (("X-Mock", "1"),))),
    credentials=frozenset({"c1", "c2"}),
    responses={"AUTH_FAILURE": RULE},
)
SNAPSHOT = Snapshot(
    groups=(Group("g1", "DEFAULT", True, ("g1.test",), {"THROTTLED": RULE}),),
    apis=(API, replace(API, id="a2", stage="TEST", authorizer=None)),
    credentials=(Credential("c1", "app", "key", "s3cret-app", ("s3cret-code",)),),
    authorizers=(AUTHORIZER, replace(AUTHORIZER, id="au2", target=None)),
    functions=(FUNCTION, replace(FUNCTION, version="v2")),
    settings=Settings(request_body_size=1000, token_keys=KEYS),
    users=(User("u1", "alice", "d", "a", "1", (AccessKey("ak", "s3cret-sk"),)),),
)


def test_what_is_dumped_is_what_is_loaded() -> None:
    assert load(dump(SNAPSHOT)) == SNAPSHOT


def test_the_same_configuration_is_the_same_document() -> None:
    shuffled = replace(API, credentials=frozenset(["c2", "c1"]))
    assert dump(replace(SNAPSHOT, apis=(shuffled, SNAPSHOT.apis[1]))) == dump(SNAPSHOT)


def test_an_empty_configuration_can_be_loaded() -> None:
    assert load(dump(Snapshot())) == Snapshot()


@pytest.mark.parametrize("document", [b"", b"{", b"{}", b"[]", b"null"])
def test_what_is_no_document_is_refused(document: bytes) -> None:
    with pytest.raises((ValueError, KeyError, TypeError)):
        load(document)


def test_an_api_whose_authorizer_is_gone_keeps_one_that_cannot_allow() -> None:
    loaded = load(dump(replace(SNAPSHOT, authorizers=())))
    guard = loaded.apis[0].authorizer
    assert guard is not None
    assert (guard.id, guard.target) == ("au1", None)


def test_a_function_that_is_gone_is_one_that_nobody_may_call() -> None:
    loaded = load(dump(replace(SNAPSHOT, functions=())))
    target = loaded.authorizers[0].target
    assert target and not target.function.enabled


def test_indexes_find_apps_hosts_the_default_group_and_routes() -> None:
    assert SNAPSHOT.apps["key"].id == "c1"
    assert SNAPSHOT.hosts["g1.test"].group is SNAPSHOT.groups[0]
    assert SNAPSHOT.plain_site is not None
    assert SNAPSHOT.plain_site.group is SNAPSHOT.groups[0]
    for stage, api in zip(("RELEASE", "TEST"), SNAPSHOT.apis, strict=True):
        found = SNAPSHOT.routers["g1", stage].find("GET", "/orders/7")
        assert found and found.target is api


def test_a_draft_is_the_only_api() -> None:
    draft = replace(API, name="draft")
    debug = SNAPSHOT.with_draft(draft)
    assert debug.apis == (draft,)
    assert set(debug.apps) == set(SNAPSHOT.apps) == {"key"}


@pytest.mark.parametrize(
    "changes",
    [
        {"code_hash": "0ther"},
        {"dependencies_hash": "d"},
        {"version": "v1"},
        {"alias": "prod"},
        {"network": True},
        {"handler": "index.other"},
        {"timeout": 4},
        {"memory_size": 256},
        {"user_data": {}},
        {"encrypted_user_data": {"token": "another"}},
    ],
)
def test_any_change_of_a_function_gives_it_another_key(
    changes: dict[str, object],
) -> None:
    changed = replace(FUNCTION, **changes)  # type: ignore[arg-type]
    assert changed.key != FUNCTION.key


def test_what_an_authorizer_said_is_kept_apart_by_what_it_depends_on() -> None:
    apis = (
        API,
        replace(API, id="a2"),
        replace(API, stage="TEST"),
        replace(API, authorizer=replace(AUTHORIZER, id="au2")),
        replace(API, authorizer=replace(AUTHORIZER, revision="2")),
    )
    scopes = {scope for api in apis for scope in api.verdict_scopes.values()}
    assert len(scopes) == 5


def test_secrets_are_not_shown() -> None:
    assert "s3cret" not in repr(SNAPSHOT)
    assert KEYS not in repr(SNAPSHOT)


def test_nothing_in_a_snapshot_can_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        SNAPSHOT.apis[0].auth_type = "NONE"  # type: ignore[misc]


def test_references_are_ids_in_the_document() -> None:
    _, *pieces = map(orjson.loads, dump(SNAPSHOT).splitlines())
    document = {name: rows for name, *rows in pieces}
    assert document["apis"][0]["authorizer"] == "au1"
    assert document["authorizers"][0]["target"] == {
        "": "Target",
        "function": FUNCTION.key,
        "second": replace(FUNCTION, version="v2").key,
        "weight": 20,
    }


def test_what_is_as_by_default_is_not_written() -> None:
    api = Api("a", "a", "g", "RELEASE", "BOTH", "GET", "/")
    _, [_, row] = map(orjson.loads, dump(Snapshot(apis=(api,))).splitlines())
    assert set(row) == {
        *("id", "name", "group_id", "stage", "req_protocol", "req_method", "req_uri")
    }


def test_a_document_that_is_cut_is_refused() -> None:
    cut = dump(SNAPSHOT).rpartition(b"\n")[0]
    with pytest.raises(ValueError, match="not whole"):
        load(cut)


def test_many_rows_are_several_pieces_with_a_pause_after_each() -> None:
    apis = tuple(replace(API, id=f"a{n}", req_uri=f"/{n}") for n in range(PIECE + 1))
    snapshot = replace(SNAPSHOT, apis=apis)
    pauses: list[None] = []
    assert load(dump(snapshot), lambda: pauses.append(None)) == snapshot
    assert len(pauses) > 4
