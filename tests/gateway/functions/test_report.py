import json

from gateway.functions.report import INVOCATION, describe, document


class Speechless(Exception):
    def __str__(self) -> str:
        raise RuntimeError("no text")


def raised(error: BaseException) -> BaseException:
    try:
        raise error
    except BaseException as caught:
        return caught


def test_a_document_has_the_three_documented_fields() -> None:
    assert json.loads(document("text é", "Kind", ["line"])) == {
        "errorMessage": "text é",
        "errorType": "Kind",
        "stackTrace": ["line"],
    }


def test_an_error_without_text_is_named_by_its_class() -> None:
    result, text = describe(raised(ValueError()), INVOCATION, "/code")
    message = json.loads(result)["errorMessage"]
    assert message == "function invocation exception, error: ValueError"
    assert text.endswith("ValueError")


def test_an_error_whose_text_raises_is_still_described() -> None:
    result, _ = describe(raised(Speechless()), INVOCATION, "/code")
    assert (
        "<the error's text raised RuntimeError>" in json.loads(result)["errorMessage"]
    )


def test_text_that_is_not_unicode_is_escaped() -> None:
    result, _ = describe(raised(ValueError("a\ud800")), INVOCATION, "/code")
    assert json.loads(result)["errorMessage"].endswith("a\\ud800")


def test_paths_are_relative_to_the_code() -> None:
    here = __file__.rpartition("/")[0]
    result, text = describe(raised(ValueError("x")), INVOCATION, here)
    assert json.loads(result)["stackTrace"][0].startswith('  File "test_report.py"')
    assert here not in text


def test_causes_and_groups_are_in_the_text() -> None:
    group = ExceptionGroup("both", [ValueError("one"), KeyError("two")])
    group.__cause__ = group
    group.__context__ = raised(OSError("before"))
    _, text = describe(raised(group), INVOCATION, "/code")
    assert "ValueError: one" in text and "KeyError: 'two'" in text
