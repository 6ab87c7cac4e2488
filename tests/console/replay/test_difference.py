"""What two answers differ in, in words."""

from console.replay.difference import MAX_LINES, Answer, Difference, compare


def answer(number: int, **fields: object) -> Answer:
    known = {
        "status": 200,
        "code": "",
        "headers": [(b"x-request-id", str(number).encode() * 32)],
        "body": b'{"request_id":"%b","a":1}' % (str(number).encode() * 32),
    }
    return Answer(str(number) * 32, **known | fields)  # type: ignore[arg-type]


def verdicts(found: Difference) -> dict[str, str]:
    return {line.name: line.verdict for line in found.lines}


def test_what_is_new_with_each_call_is_no_difference() -> None:
    found = compare(answer(1), answer(2))
    assert found.summary == "The answers are the same."
    assert verdicts(found)["X-Request-Id"] == "differs with each call"


def test_each_part_that_differs_is_named() -> None:
    one = answer(1, headers=[(b"Old", b"1"), (b"Both", b"1")])
    two = answer(
        2,
        status=401,
        code="APIG.0303",
        headers=[(b"New", b"1"), (b"both", b"2")],
        body=b'{"a":2}',
    )
    found = compare(one, two)
    assert found.changed == ["Status", "Error code", "Both", "New", "Old", "Body"]
    assert verdicts(found)["Old"] == "only recorded"
    assert verdicts(found)["New"] == "only now"
    assert '-  "a": 1' in found.body and '+  "a": 2' in found.body


def test_repeated_headers_are_compared_whatever_their_order() -> None:
    one = answer(1, headers=[(b"link", b"a"), (b"link", b"b")])
    two = answer(2, headers=[(b"Link", b"b"), (b"Link", b"a")])
    assert compare(one, two).changed == []


def test_secrets_are_neither_shown_nor_compared() -> None:
    one = answer(1, headers=[(b"set-cookie", b"***")])
    two = answer(2, headers=[(b"Set-Cookie", b"id=s3cret")])
    found = compare(one, two)
    assert verdicts(found)["Set-Cookie"] == "not shown"
    assert "s3cret" not in str(found)


def test_what_is_not_known_is_not_compared() -> None:
    found = compare(Answer("1" * 32, 200), answer(2))
    assert found.changed == []
    assert found.summary.endswith("Not recorded: Error code, Headers, Body.")


def test_of_a_cut_body_its_beginning_is_compared() -> None:
    one, two = answer(1, body=b"abc", cut=True), answer(2, body=b"abcdef")
    assert compare(one, two).changed == []


def test_bodies_that_are_no_text_are_compared_by_their_hash() -> None:
    found = compare(answer(1, body=b"\xff\x00"), answer(2, body=b"\xff\x01"))
    assert found.changed == ["Body"] and found.body == ""


def test_long_bodies_are_cut_or_not_compared_line_by_line() -> None:
    one = answer(1, body=b"a\n" * 5000)
    cut = compare(one, answer(2, body=b"b\n" * 5000)).body.splitlines()
    assert len(cut) == MAX_LINES + 1 and cut[-1] == "... (cut)"
    huge = compare(one, answer(2, body=b"b\n" * 400_000))
    assert huge.body.startswith("The bodies are too long")
