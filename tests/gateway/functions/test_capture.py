import re
from collections.abc import Callable
from typing import Any

Run = Callable[..., Any]
STAMP = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"


def printed(outcome: Any) -> list[str]:
    """The lines between the first and the last, with times taken off."""
    lines = outcome.log.splitlines()
    return [re.sub(f"^{STAMP} ", "", line) for line in lines[1:-1]]


def test_everything_printed_is_there_in_order(run: Run) -> None:
    code = """
    import logging, os, sys
    print("at import")
    def handler(event, context):
        print("print")
        sys.stderr.write("stderr\\n")
        os.write(1, b"descriptor 1\\n")
        logging.getLogger("mine").info("logging %s", 1)
        context.getLogger().info("logger %d", 2)
        os.write(2, b"descriptor 2\\n")
        sys.stdout.buffer.write(b"buffer\\n")
        logging.debug("not shown")
    """
    assert printed(run(code)) == [
        "at import",
        "print",
        "stderr",
        "descriptor 1",
        "req-1 INFO logging 1",
        "req-1 INFO logger 2",
        "descriptor 2",
        "buffer",
    ]


def test_each_call_has_its_own_log(function: Any, with_pool: Any) -> None:
    made = function(
        """
        import logging
        def handler(event, context):
            print(event)
            logging.warning("logged")
        """
    )

    async def calls(pool: Any) -> list[Any]:
        return [await pool.invoke(made, n, request_id=f"r{n}") for n in (1, 2)]

    first, second = with_pool(calls)
    assert printed(first) == ["1", "r1 WARNING logged"]
    assert printed(second) == ["2", "r2 WARNING logged"]


def test_the_logger_has_levels_and_formats(run: Run) -> None:
    code = """
    def handler(event, context):
        log = context.getLogger()
        log.debug("hidden")
        log.warn("%s and %s", 1, 2)
        log.error("100%")
        log.info("%d", "not a number")
        log.setLevel("DEBUG")
        log.debug({"any": "object"})
        log.setLevel("ERROR")
        log.warn("hidden")
    """
    assert printed(run(code)) == [
        "req-1 WARN 1 and 2",
        "req-1 ERROR 100%",
        "req-1 INFO %d ('not a number',)",
        "req-1 DEBUG {'any': 'object'}",
    ]


def test_a_line_of_the_logger_over_90_kb_is_split(run: Run) -> None:
    code = "def handler(e, c): c.getLogger().info('x' * 100_000)"
    first, second = printed(run(code))
    assert len(first) == len("req-1 INFO ") + 90 * 1024
    assert second == "req-1 INFO " + "x" * (100_000 - 90 * 1024)


def test_a_log_is_cut_at_1_mb_and_says_so(run: Run) -> None:
    code = """
    import os
    def handler(event, context):
        for _ in range(3):
            print("x" * 500_000)
        try:
            os.write(1, b"y" * 5_000_000)
        except PermissionError:
            return "full"
    """
    outcome = run(code)
    assert outcome.result == "full"
    assert 1 << 20 < len(outcome.log) < (1 << 20) + 1000
    assert printed(outcome)[-1] == "... the log is cut: it has more than 1048576 bytes"


def test_text_that_is_not_unicode_is_shown_escaped(run: Run) -> None:
    assert printed(run("def handler(e, c): print('a\\ud800')")) == ["a\\ud800"]


def test_what_was_printed_survives_a_timeout_and_a_crash(run: Run) -> None:
    code = """
    import os
    def handler(event, context):
        print("before", end="")
        if event == "crash":
            os._exit(1)
        while True:
            pass
    """
    assert printed(run(code, "crash")) == ["before"]
    assert printed(run(code, "loop", limit=0.5)) == ["before"]
