"""Cross-origin access: preflights that the gateway answers, headers on the rest."""

from typing import Any

import pytest

from gateway.policies.cors import Config
from gateway.snapshot import Backend, MockInfo
from tests.gateway.policies.plugins import bound
from tests.gateway.world import Answer, World, request

SHOP = "https://shop.example"
POLICY = {
    "allow_origin": f"{SHOP}, https://other.example",
    "allow_methods": "GET,POST",
    "allow_headers": "Content-Type, X-Token",
    "expose_headers": "X-Request-Id",
    "max_age": 86400,
    "allow_credentials": True,
}
ANYBODY = {"allow_origin": "*", "allow_methods": "GET"}


def preflight(world: World, origin: str = SHOP, method: str = "GET") -> Answer:
    headers = (("origin", origin), ("access-control-request-method", method))
    return world.send(request("OPTIONS", "/orders", *headers))


def call(world: World, origin: str = SHOP) -> Answer:
    return world.send(request("GET", "/orders", ("origin", origin)))


def allowed(answer: Answer) -> list[str]:
    return answer.headers("Access-Control-Allow-Origin")


def test_a_preflight_is_answered_by_the_gateway_and_asks_for_no_signature(
    world: World,
) -> None:
    world.publish_app(plugins=bound(cors=POLICY))
    answer = preflight(world)
    assert (answer.status, answer.response.body) == (200, b"")
    assert allowed(answer) == [SHOP]
    assert answer.headers("Access-Control-Allow-Methods") == ["GET,POST"]
    assert answer.headers("Access-Control-Allow-Headers") == ["Content-Type,X-Token"]
    assert answer.headers("Access-Control-Max-Age") == ["86400"]
    assert answer.headers("Access-Control-Allow-Credentials") == ["true"]
    assert answer.headers("Vary") == ["Origin"]


def test_a_preflight_of_a_strange_origin_learns_nothing(world: World) -> None:
    world.publish_app(plugins=bound(cors=POLICY))
    answer = preflight(world, "https://evil.example")
    assert answer.status == 200
    assert allowed(answer) == []
    assert answer.headers("Access-Control-Allow-Methods") == []


def test_options_is_still_not_found_where_no_policy_answers(world: World) -> None:
    world.publish()
    assert preflight(world).status == 404
    world.change(plugins=bound(cors=POLICY))
    assert preflight(world, method="DELETE").status == 404
    assert world.send(request("OPTIONS")).status == 404


def test_an_api_of_every_method_answers_its_preflights_too(world: World) -> None:
    world.publish_app(req_method="ANY", plugins=bound(cors=POLICY))
    assert allowed(preflight(world)) == [SHOP]
    # Without the headers of a preflight it is a call like any other.
    assert world.send(request("OPTIONS")).status == 401


def test_answers_and_refusals_say_which_origin_may_read_them(world: World) -> None:
    world.publish(plugins=bound(cors=POLICY))
    answer = call(world)
    assert allowed(answer) == [SHOP]
    assert answer.headers("Access-Control-Expose-Headers") == ["X-Request-Id"]
    assert answer.headers("Access-Control-Allow-Methods") == []
    world.change(auth_type="APP")
    assert (call(world).status, allowed(call(world))) == (401, [SHOP])


def test_the_policy_is_put_in_place_of_what_a_backend_says(world: World) -> None:
    said = (("Access-Control-Allow-Origin", "*"), ("access-control-max-age", "1"))
    backend = Backend(MockInfo(200, "{}", said))
    world.publish(backend=backend, plugins=bound(cors=POLICY))
    assert allowed(call(world)) == [SHOP]
    answer = call(world, "https://evil.example")
    assert allowed(answer) == answer.headers("Access-Control-Max-Age") == []
    assert answer.headers("Vary") == ["Origin"]


def test_every_origin_is_one_answer_for_all(world: World) -> None:
    world.publish(plugins=bound(cors=ANYBODY))
    assert allowed(call(world)) == ["*"]
    assert call(world).headers("Vary") == []


def test_an_origin_is_compared_whole_and_cannot_break_a_header(world: World) -> None:
    world.publish(plugins=bound(cors=POLICY))
    for origin in (SHOP + ".evil.example", SHOP.upper(), "null", SHOP + "\r\nX: y"):
        assert allowed(call(world, origin)) == []


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"allow_origin": None}, "allow_origin: it is required"),
        ({"allow_origin": " , "}, "allow_origin: at least one entry"),
        ({"allow_origin": "a b"}, "allow_origin.0: entries separated by commas"),
        ({"allow_origin": ["*"]}, "allow_origin: it must be a string"),
        ({"allow_methods": "GET,BREW"}, "allow_methods: BREW is none of"),
        ({"allow_headers": "a\r\nb"}, "allow_headers.0: entries separated"),
        ({"expose_headers": "a:b"}, "expose_headers.0: entries separated"),
        ({"max_age": 172_801}, "max_age: a whole number from 0 to 172800"),
        ({"max_age": "60"}, "max_age: a whole number"),
        ({"allow_credentials": "yes"}, "allow_credentials: true or false"),
    ],
)
def test_a_bad_document_is_refused_with_path_and_rule(
    change: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError) as refused:
        Config.parse(POLICY | change)
    assert message in str(refused.value)


def test_the_documented_examples_are_accepted() -> None:
    assert Config.parse(ANYBODY | {"max_age": 172_800, "allow_credentials": True})
    assert Config.parse({"allow_origin": "*", "allow_methods": "any"}).allow_methods


def test_the_switch_opens_answers_to_everybody(world: World) -> None:
    world.publish(cors=True)
    answer = call(world)
    assert allowed(answer) == ["*"]
    assert "X-Apig-Latency" in answer.headers("Access-Control-Expose-Headers")[0]
    assert answer.headers("Access-Control-Allow-Methods") == []


def test_with_the_switch_a_backend_s_word_counts_more(world: World) -> None:
    said = (("Access-Control-Allow-Origin", SHOP),)
    world.publish(cors=True, backend=Backend(MockInfo(200, "{}", said)))
    answer = call(world)
    assert allowed(answer) == [SHOP]
    assert answer.headers("Access-Control-Expose-Headers") == []


def test_with_the_switch_preflights_need_an_api_of_their_own(world: World) -> None:
    world.publish(cors=True)
    assert preflight(world).status == 404
    world.publish(req_method="OPTIONS", cors=True)
    answer = preflight(world)
    assert (answer.status, allowed(answer)) == (200, ["*"])
    assert "X-Sdk-Date" in answer.headers("Access-Control-Allow-Headers")[0]
    assert answer.headers("Access-Control-Max-Age") == ["172800"]


def test_a_policy_overrides_the_switch(world: World) -> None:
    world.publish(cors=True, plugins=bound(cors=POLICY))
    assert allowed(call(world)) == [SHOP]
    assert allowed(call(world, "https://evil.example")) == []
