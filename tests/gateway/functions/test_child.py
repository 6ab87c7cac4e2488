import json
from collections.abc import Callable
from typing import Any

import pytest

Run = Callable[..., Any]


def error(outcome: Any) -> dict[str, Any]:
    assert not outcome.ok
    document: dict[str, Any] = json.loads(outcome.result)
    assert list(document) == ["errorMessage", "errorType", "stackTrace"]
    assert document["errorType"] == outcome.error_type
    return document


def test_the_handler_gets_the_event_and_its_value_comes_back_as_json(run: Run) -> None:
    outcome = run("def handler(event, context): return [event, 'é']", {"a": [1, None]})
    assert outcome.ok and outcome.error_type == ""
    assert outcome.result == '[{"a": [1, null]}, "é"]'


def test_a_returned_str_is_the_result_as_it_is(run: Run) -> None:
    assert run("def handler(event, context): return 'plain é'").result == "plain é"


def test_a_handler_in_a_folder_finds_its_neighbours_and_the_root(run: Run) -> None:
    code = {
        "src/main.py": "import near, far\ndef go(e, c): return near.NAME + far.NAME",
        "src/near.py": "NAME = 'near'",
        "far.py": "NAME = 'far'",
    }
    assert run("", files=code, handler="src/main.go").result == "nearfar"


def test_state_of_a_module_stays_warm(function: Any, with_pool: Any) -> None:
    made = function("seen = []\ndef handler(e, c): seen.append(e); return seen")

    async def twice(pool: Any) -> list[Any]:
        return [await pool.invoke(made, n, request_id="r") for n in (1, 2)]

    first, second = with_pool(twice)
    assert (first.cold, second.cold) == (True, False)
    assert second.result == "[1, 2]"
    assert first.init_ms > 0 and second.init_ms == 0


def test_the_environment_holds_the_preset_names_only(run: Run) -> None:
    outcome = run(
        "import os\ndef handler(e, c): return dict(os.environ)",
        user_data={"plain": "1"},
        encrypted_user_data={"secret": "2"},
        project_id="p1",
        memory_size=256,
    )
    found = json.loads(outcome.result)
    assert all(name.startswith("RUNTIME_") for name in found)
    assert found["RUNTIME_PROJECT_ID"] == "p1"
    assert found["RUNTIME_FUNC_NAME"] == "demo"
    assert found["RUNTIME_FUNC_VERSION"] == "latest"
    assert found["RUNTIME_HANDLER"] == "index.handler"
    assert found["RUNTIME_TIMEOUT"] == "30"
    assert found["RUNTIME_MEMORY"] == "256"
    assert found["RUNTIME_CPU"] == "400"
    assert found["RUNTIME_MAX_RESP_BODY_SIZE"] == "6291456"
    assert json.loads(found["RUNTIME_USERDATA"]) == {"plain": "1", "secret": "2"}


def test_stdin_is_empty(run: Run) -> None:
    assert run("import sys\ndef handler(e, c): return sys.stdin.read()").result == ""


def test_nothing_of_the_gateway_is_there_for_user_code(run: Run) -> None:
    code = """
    import sys
    def handler(event, context):
        assert not [name for name in sys.modules if name.startswith("gateway")]
        import gateway
    """
    assert error(run(code))["errorMessage"].endswith("No module named 'gateway'")


def test_an_exception_names_its_class_message_and_lines(run: Run) -> None:
    code = """
    def inner(value):
        return 1 / value
    def handler(event, context):
        return inner(0)
    """
    outcome = run(code)
    found = error(outcome)
    prefix = "function invocation exception, error: "
    assert found["errorMessage"] == f"{prefix}division by zero"
    assert found["errorType"] == "ZeroDivisionError"
    assert [line.splitlines()[0] for line in found["stackTrace"]] == [
        '  File "index.py", line 5, in handler',
        '  File "index.py", line 3, in inner',
    ]
    assert "return 1 / value" in found["stackTrace"][1]
    assert "ERROR Traceback (most recent call last):" in outcome.log
    assert "ZeroDivisionError: division by zero" in outcome.log


def test_an_exception_at_import_is_an_initialization_error(run: Run) -> None:
    found = error(run("import nothing_like_this"))
    assert found["errorMessage"] == (
        "function initialization exception, error: No module named 'nothing_like_this'"
    )
    assert found["errorType"] == "ModuleNotFoundError"
    assert len(found["stackTrace"]) == 1


def test_a_syntax_error_shows_the_line(run: Run) -> None:
    found = error(run("def handler(event, context)\n    return 1"))
    assert found["errorType"] == "SyntaxError"
    assert found["stackTrace"][0] == '  File "index.py", line 1\n'
    assert "def handler(event, context)" in found["stackTrace"][1]


@pytest.mark.parametrize(
    ("handler", "message"),
    [
        ("other.handler", "there is no module 'other'"),
        ("src/other.handler", "there is no module 'src/other'"),
        ("index.missing", "module 'index' has no function 'missing'"),
        ("index.NUMBER", "module 'index' has no function 'NUMBER'"),
    ],
)
def test_a_missing_handler_is_an_entry_error(
    run: Run, handler: str, message: str
) -> None:
    found = error(run("NUMBER = 1", handler=handler))
    assert found["errorMessage"] == f"function entry exception, error: {message}"
    assert found["errorType"] == "HandlerNotFound"


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("{1, 2}", "TypeError"),
        ("b'bytes'", "TypeError"),
        ("float('nan')", "ValueError"),
        ("'\\ud800'", "UnicodeEncodeError"),
        ("(lambda l: l.append(l) or l)([])", "ValueError"),
    ],
)
def test_a_value_that_is_not_json_is_an_error(run: Run, value: str, kind: str) -> None:
    assert error(run(f"def handler(e, c): return {value}"))["errorType"] == kind


@pytest.mark.parametrize(
    ("statement", "kind"),
    [
        ("import sys; sys.exit(0)", "SystemExit"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt"),
        ("handler(event, context)", "RecursionError"),
    ],
)
def test_the_child_outlives_what_a_handler_raises(
    function: Any, with_pool: Any, statement: str, kind: str
) -> None:
    made = function(
        f"import os\ndef handler(event, context):\n"
        f" if event: return os.getpid()\n {statement}"
    )

    async def thrice(pool: Any) -> list[Any]:
        return [await pool.invoke(made, e, request_id="r") for e in (1, 0, 1)]

    before, failed, after = with_pool(thrice)
    assert error(failed)["errorType"] == kind
    assert before.result == after.result


def test_a_function_that_fails_to_import_is_tried_again(
    function: Any, with_pool: Any
) -> None:
    made = function("raise RuntimeError('not today')")

    async def twice(pool: Any) -> list[Any]:
        return [await pool.invoke(made, None, request_id="r") for _ in (1, 2)]

    for outcome in with_pool(twice):
        assert outcome.cold and outcome.error_type == "RuntimeError"


def test_a_reply_over_6_mb_is_an_error(run: Run) -> None:
    code = "def handler(event, context): return 'x' * event"
    assert len(run(code, 6_291_456).result) == 6_291_456
    for size in (6_291_457, 50_000_000):
        message = error(run(code, size, memory_size=512))["errorMessage"]
        assert message.endswith(f"the result of {size} bytes is over 6291456")


def test_memory_is_limited_and_the_child_then_replaced(
    function: Any, with_pool: Any
) -> None:
    made = function(
        "import os\ndef handler(e, c): return bytearray(e << 20) and os.getpid()"
    )

    async def thrice(pool: Any) -> list[Any]:
        return [await pool.invoke(made, n, request_id="r") for n in (50, 400, 50)]

    before, failed, after = with_pool(thrice)
    assert error(failed)["errorType"] == "MemoryError"
    assert before.memory_used_mb > 50
    assert after.cold and before.result != after.result


def test_code_cannot_change_itself(run: Run) -> None:
    outcome = run("def handler(e, c): open(__file__, 'a')")
    assert error(outcome)["errorType"] == "PermissionError"


def test_writing_to_guessed_descriptors_ends_the_child_not_the_gateway(
    function: Any, with_pool: Any
) -> None:
    made = function(
        """
        import os
        def handler(event, context):
            for number in range(3, 2048 if event else 0):
                try:
                    os.write(number, b"x" * 100)
                except OSError:
                    continue
            return "fine"
        """
    )

    async def twice(pool: Any) -> list[Any]:
        return [await pool.invoke(made, e, request_id="r") for e in (1, 0)]

    first, second = with_pool(twice)
    assert error(first)["errorType"] == "crash"
    assert second.result == "fine"


def test_a_thread_left_behind_does_not_disturb_later_calls(
    function: Any, with_pool: Any
) -> None:
    made = function(
        """
        import threading, time
        def spin():
            while True:
                print("noise")
                time.sleep(0.001)
        def handler(event, context):
            if event == 0:
                threading.Thread(target=spin).start()
            return event
        """
    )

    async def many(pool: Any) -> list[Any]:
        return [await pool.invoke(made, n, request_id="r") for n in range(20)]

    assert [outcome.result for outcome in with_pool(many)] == list(map(str, range(20)))
