"""Precedence of routes (reference: api.md section 3)."""

import sys
from types import FrameType

import pytest

import gateway.http
import gateway.router
from gateway.router import Match, Router, decode_path, parameter_names

Route = tuple[str, str, str]


def router(*routes: Route) -> Router[str]:
    """Routes as (method, template, match mode); the target is "method template"."""
    built: Router[str] = Router()
    for method, template, mode in routes:
        built.add(method, template, mode, f"{method} {template}")
    return built


def parse(text: str) -> Route:
    """`GET /a` or `GET /a SWA`."""
    method, template, mode = f"{text} NORMAL".split()[:3]
    return method, template, mode


@pytest.mark.parametrize(
    ("routes", "path", "target", "values"),
    [
        # exact before prefix, in either order of definition
        ("GET /a/b SWA, GET /a/b", "/a/b", "GET /a/b", ()),
        ("GET /a SWA, GET /a/{x}", "/a/b", "GET /a/{x}", ("b",)),
        ("GET /a/b SWA, ANY /a/{x+}", "/a/b", "ANY /a/{x+}", ("b",)),
        # the longest prefix, whatever its method
        ("GET / SWA, GET /a SWA", "/a/b/c", "GET /a", ("b/c",)),
        ("GET /a SWA, ANY /a/b SWA", "/a/b/c", "ANY /a/b", ("c",)),
        ("GET /a/b SWA, GET /a/{x} SWA", "/a/b/c", "GET /a/b", ("c",)),
        ("GET /a/{x}/c SWA, GET /a/b SWA", "/a/b/c", "GET /a/{x}/c", ("b", "")),
        # a literal segment before {p} before {p+}
        ("GET /a/{x}, GET /a/b", "/a/b", "GET /a/b", ()),
        ("GET /a/{x+}, GET /a/{x}", "/a/b", "GET /a/{x}", ("b",)),
        ("GET /{x}/b, GET /a/{y}", "/a/b", "GET /a/{y}", ("b",)),
        ("ANY /a/b, GET /a/{x}", "/a/b", "ANY /a/b", ()),
        # a literal that leads nowhere does not hide the parameter beside it
        ("GET /a/b/c, GET /a/{x}/d", "/a/b/d", "GET /a/{x}/d", ("b",)),
        ("GET /a/{x}/c, GET /{y+}", "/a/b/d", "GET /{y+}", ("a/b/d",)),
        ("POST /a/b, GET /a/{x}", "/a/b", "GET /a/{x}", ("b",)),
        # a method before ANY
        ("ANY /a, GET /a", "/a", "GET /a", ()),
        ("ANY /a SWA, GET /a SWA", "/a/b", "GET /a", ("b",)),
        ("ANY /a, POST /a", "/a", "ANY /a", ()),
        # captures
        ("GET /{a}/x/{b}", "/1/x/2", "GET /{a}/x/{b}", ("1", "2")),
        ("GET /f/{p+}", "/f/a/b/", "GET /f/{p+}", ("a/b/",)),
        ("GET /u/{id} SWA", "/u/1/x/y", "GET /u/{id}", ("1", "x/y")),
        ("GET /f/{p}", "/f/a%20b", "GET /f/{p}", ("a b",)),
        ("GET /f/{p}", "/f/%E5%B9%BF", "GET /f/{p}", ("广",)),
        ("GET /f/{p}", "/f/\xe5\xb9\xbf", "GET /f/{p}", ("广",)),
        ("GET /f/{p}", "/f/%FF", "GET /f/{p}", ("\xff",)),
        # prefixes
        ("GET /test/AA SWA", "/test/AA", "GET /test/AA", ("",)),
        ("GET /test/AA SWA", "/test/AA/", "GET /test/AA", ("",)),
        ("GET /test/AA SWA", "/test/AA/BB", "GET /test/AA", ("BB",)),
        ("GET /test/ SWA", "/test/AA/CC", "GET /test/", ("AA/CC",)),
        ("GET / SWA", "/anything", "GET /", ("anything",)),
        ("GET / SWA", "/", "GET /", ("",)),
        # percent-encoding is undone before matching
        ("GET /aa/aa", "/aa%2Faa", "GET /aa/aa", ()),
        ("GET /caf\xe9", "/caf%C3%A9", "GET /caf\xe9", ()),
        ("GET /广", "/%e5%b9%bf", "GET /广", ()),
        ("ANY /a%20b", "/a%20b", "ANY /a%20b", ()),
        ("GET /", "/", "GET /", ()),
    ],
)  # fmt: skip
def test_the_documented_route_answers(
    routes: str, path: str, target: str, values: tuple[str, ...]
) -> None:
    parsed = [parse(route) for route in routes.split(", ")]
    assert router(*parsed).find("GET", path) == Match(target, values)
    assert router(*reversed(parsed)).find("GET", path) == Match(target, values)


@pytest.mark.parametrize(
    ("route", "path"),
    [
        (("GET", "/a", "NORMAL"), "/a/"),
        (("GET", "/a/", "NORMAL"), "/a"),
        (("GET", "/a", "NORMAL"), "/A"),
        (("GET", "/a", "NORMAL"), "//a"),
        (("GET", "/a", "NORMAL"), ""),
        (("GET", "/a", "NORMAL"), "*"),
        (("GET", "/a/{x}", "NORMAL"), "/a/"),
        (("GET", "/a/{x}", "NORMAL"), "/a/b/"),
        (("GET", "/a/{x}", "NORMAL"), "/a/b/c"),
        (("GET", "/a/{x}", "NORMAL"), "/a/b%2Fc"),
        (("GET", "/a/{x+}", "NORMAL"), "/a/"),
        (("GET", "/a/{x+}", "NORMAL"), "/a"),
        (("GET", "/test/AA", "SWA"), "/test/AACC"),
        (("GET", "/test/AA", "SWA"), "/test"),
        (("GET", "/u/{id}", "SWA"), "/u/"),
    ],
)
def test_another_path_is_another_api(route: Route, path: str) -> None:
    routes = router(route)
    assert routes.find("GET", path) is None
    assert not routes.knows(path)


@pytest.mark.parametrize(
    ("route", "path"),
    [
        (("POST", "/a", "NORMAL"), "/a"),
        (("POST", "/a/{x}", "NORMAL"), "/a/b"),
        (("POST", "/a/{x+}", "NORMAL"), "/a/b/c"),
        (("POST", "/a", "SWA"), "/a/b"),
        (("POST", "/aa/aa", "NORMAL"), "/aa%2Faa"),
    ],
)
def test_a_path_is_known_by_its_other_methods(route: Route, path: str) -> None:
    routes = router(route)
    assert routes.find("GET", path) is None
    assert routes.knows(path)


def test_a_method_is_compared_as_it_is_written() -> None:
    routes = router(("GET", "/a", "NORMAL"))
    assert routes.find("get", "/a") is None


def test_a_path_of_many_segments_is_answered() -> None:
    routes = router(("GET", "/a", "SWA"))
    assert routes.find("GET", "/a" * 16_000) == Match("GET /a", ("a/" * 15_998 + "a",))
    assert routes.find("GET", "/b" * 16_000) is None


def test_parameter_names_are_in_the_order_of_the_template() -> None:
    assert parameter_names("/a/{b}/c/{d}/{e+}") == ("b", "d", "e")
    assert parameter_names("/a/b{c}/") == ()


def test_a_path_is_decoded_as_utf_8_or_else_byte_by_byte() -> None:
    assert decode_path("/a%2Fb/%E5%B9%BF/%FF%41") == "/a/b/\xe5\xb9\xbf/\xffA"
    assert decode_path("/%E5%B9%BF%zz") == "/广%zz"


def lookup_steps(apis: int, method: str, path: str) -> int:
    """How many functions a lookup calls among so many APIs."""
    router: Router[str] = Router()
    for number in range(apis):
        router.add("GET", f"/exact/{number}", "NORMAL", "literal")
        router.add("GET", f"/of/{number}/{{id}}", "NORMAL", "parameter")
        router.add("ANY", f"/below/{number}", "SWA", "prefix")
        router.add("GET", f"/rest/{number}/{{path+}}", "NORMAL", "rest")
    steps, counted = 0, (gateway.router.__file__, gateway.http.__file__)

    def count(frame: FrameType, event: str, argument: object) -> None:
        # The collector may run meanwhile, and its callbacks are calls too.
        nonlocal steps
        if frame.f_code.co_filename in counted:
            steps += event in ("call", "c_call")

    sys.setprofile(count)
    try:
        router.find(method, path)
    finally:
        sys.setprofile(None)
    return steps


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/exact/7"),
        ("GET", "/of/7/x"),
        ("PUT", "/below/7/x/y"),
        ("GET", "/rest/7/x/y"),
        ("GET", "/of/7/x/nothing"),
        ("GET", "/nothing"),
    ],
)
def test_a_lookup_among_ten_thousand_is_as_short_as_among_ten(
    method: str, path: str
) -> None:
    assert lookup_steps(2500, method, path) == lookup_steps(10, method, path)


def test_paths_may_be_matched_as_they_come() -> None:
    kept: Router[str] = Router(escaped=True)
    kept.add("GET", "/a/{b}", "NORMAL", "one")
    kept.add("GET", "/a b", "NORMAL", "blank")
    assert kept.find("GET", "/a/x%2Fy") == Match("one", ("x%2Fy",))
    assert kept.find("GET", "/a%2Fb") is None
    assert kept.find("GET", "/a%20b") == Match("blank")
    assert kept.knows("/a/x%2Fy") and not kept.knows("/a%2Fx")
