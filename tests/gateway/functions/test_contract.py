"""The contract of a function, the same in every runtime of this host."""

import asyncio
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gateway.functions import launch
from gateway.functions.runtimes import host

Run = Callable[..., Any]
PYTHONS = [
    f"Python{major}.{minor}"
    for major, minor in sorted(
        {i.version[:2] for i in host().interpreters() if i.language == "Python"}
    )
]
NODES = ["Node.js20.15"] * any(i.language == "Node.js" for i in host().interpreters())
RUNTIMES = PYTHONS + NODES


@pytest.fixture(params=RUNTIMES)
def runtime(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def pick(runtime: str, python: str, node: str) -> dict[str, str]:
    """The source in the language of a runtime, as `files`."""
    if runtime.startswith("Python"):
        return {"index.py": python}
    return {"index.js": node}


def call(run: Run, runtime: str, python: str, node: str, **fields: Any) -> Any:
    event = fields.pop("event", None)
    files = pick(runtime, python, node)
    return run("", event, files=files, runtime=runtime, **fields)


def error(outcome: Any) -> dict[str, Any]:
    assert not outcome.ok, outcome
    document: dict[str, Any] = json.loads(outcome.result)
    return document


def test_what_runs_is_what_the_host_says(run: Run, runtime: str) -> None:
    outcome = call(
        run,
        runtime,
        "import platform\ndef handler(e, c): return platform.python_version()",
        "exports.handler = () => process.versions.node",
    )
    assert outcome.interpreter == host().find(runtime).version
    assert outcome.interpreter.endswith(outcome.result)


def test_there_is_always_a_python() -> None:
    assert PYTHONS


@pytest.mark.parametrize(
    ("python", "node", "result"),
    [
        ("{'a': [1, 'é']}", "({a: [1, 'é']})", {"a": [1, "é"]}),
        ("None", "undefined", None),
        ("True", "true", True),
        ("'\"text\"'", "'\"text\"'", "text"),
    ],
)
def test_results(run: Run, runtime: str, python: str, node: str, result: Any) -> None:
    outcome = call(
        run,
        runtime,
        f"def handler(e, c): return {python}",
        f"exports.handler = async () => {node}",
    )
    assert json.loads(outcome.result) == result


def test_the_event_and_the_context(run: Run, runtime: str) -> None:
    names = ["RequestID", "FunctionName", "Version", "Package", "ProjectID", "Alias"]
    names += ["MemorySize", "CPUNumber", "RunningTimeInSeconds", "Token"]
    outcome = call(
        run,
        runtime,
        "def handler(e, c):\n"
        f"    found = [getattr(c, 'get' + n)() for n in {names}]\n"
        "    left = 0 < c.getRemainingTimeInMilliSeconds() <= 30000\n"
        "    return [e, c.getUserData('a'), c.getUserData('b'),"
        " c.getUserData('x'), left, *found]",
        "exports.handler = (e, c) => [e, c.getUserData('a'), c.getUserData('b'),"
        " c.getUserData('x'), c.getRemainingTimeInMilliSeconds() > 0,"
        f" ...{names}.map((n) => c['get' + n]())]",
        event={"é": 1},
        user_data={"a": "plain"},
        encrypted_user_data={"b": "secret"},
        alias="prod",
        version="v1",
    )
    assert json.loads(outcome.result) == [
        *({"é": 1}, "plain", "secret", None, True),
        *("req-1", "demo", "v1", "default", "", "prod", 128, 300, 30, ""),
    ]


def test_what_is_printed_stays_in_order(run: Run, runtime: str) -> None:
    outcome = call(
        run,
        runtime,
        "import sys\ndef handler(e, c):\n"
        "    log = c.getLogger()\n"
        "    print('one')\n    log.info('two %s', 2)\n    log.debug('no')\n"
        "    sys.stderr.write('three\\n')\n    log.setLevel('DEBUG')\n"
        "    log.debug('four')\n    log.warn('five')\n    log.error('six')",
        "exports.handler = (e, c) => {\n"
        "  const log = c.getLogger();\n"
        "  console.log('one'); log.info('two %s', 2); log.debug('no');\n"
        "  console.error('three'); log.setLevel('DEBUG');\n"
        "  log.debug('four'); log.warn('five'); log.error('six'); }",
    )
    lines = outcome.log.splitlines()
    stamp = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"
    expected = [
        rf"{stamp} Start invoke request 'req-1', version: latest",
        "one",
        rf"{stamp} req-1 INFO two 2",
        "three",
        rf"{stamp} req-1 DEBUG four",
        rf"{stamp} req-1 WARN five",
        rf"{stamp} req-1 ERROR six",
        rf"{stamp} Finish invoke request 'req-1', duration: [\d.]+ms, .*",
    ]
    assert len(lines) == len(expected)
    for line, pattern in zip(lines, expected, strict=True):
        assert re.fullmatch(pattern, line), line


def test_a_flood_of_output_is_cut_and_says_so(run: Run, runtime: str) -> None:
    outcome = call(
        run,
        runtime,
        "def handler(e, c):\n    for _ in range(3000): print('x' * 1000)",
        "exports.handler = () => {"
        " for (let i = 0; i < 3000; i++) console.log('x'.repeat(1000)) }",
    )
    assert outcome.ok
    assert "the log is cut" in outcome.log
    assert len(outcome.log) < (1 << 20) + 1000


def test_an_exception(run: Run, runtime: str) -> None:
    outcome = call(
        run,
        runtime,
        "def deep(): raise ValueError('bad é')\ndef handler(e, c): deep()",
        "function deep() { throw new TypeError('bad é') }\n"
        "exports.handler = async () => deep()",
    )
    found = error(outcome)
    assert found["errorMessage"] == "function invocation exception, error: bad é"
    assert found["errorType"] in ("ValueError", "TypeError")
    assert any("deep" in line for line in found["stackTrace"])
    assert all("child." not in line for line in found["stackTrace"])
    assert "index." in found["stackTrace"][0]
    assert "ERROR" in outcome.log


@pytest.mark.parametrize(
    ("handler", "message"),
    [
        ("index.missing", "has no function 'missing'"),
        ("absent.handler", "there is no module 'absent'"),
    ],
)
def test_a_missing_handler(run: Run, runtime: str, handler: str, message: str) -> None:
    outcome = call(run, runtime, "x = 1", "exports.x = 1", handler=handler)
    document = error(outcome)
    assert document["errorMessage"].startswith("function entry exception, error: ")
    assert message in document["errorMessage"]


@pytest.mark.parametrize(
    ("python", "node"),
    [("def (", "function ("), ("raise ValueError('x')", "throw new Error('x')")],
)
def test_code_that_does_not_load(
    run: Run, runtime: str, python: str, node: str
) -> None:
    document = error(call(run, runtime, python, node))
    start = "function initialization exception"
    assert document["errorMessage"].startswith(start)


INIT_PYTHON = """
calls = []
def initializer(context):
    print("initialising", context.getFunctionName())
    calls.append(1)
def handler(event, context):
    return len(calls)
"""
INIT_NODE = """
let calls = 0
exports.initializer = (context, callback) => {
  console.log("initialising", context.getFunctionName()); calls++; callback(null) }
exports.handler = async () => calls
"""


def test_an_initializer_runs_once_before_the_first_call(
    function: Any, with_pool: Any, runtime: str
) -> None:
    made = function(
        "",
        files=pick(runtime, INIT_PYTHON, INIT_NODE),
        runtime=runtime,
        initializer_handler="index.initializer",
    )

    async def scenario(pool: Any) -> None:
        first = await pool.invoke(made, None, request_id="r")
        second = await pool.invoke(made, None, request_id="r")
        assert (first.result, second.result) == ("1", "1"), first
        assert "initialising demo" in first.log and "initialising" not in second.log
        assert first.cold and not second.cold and first.init_ms > 5

    with_pool(scenario)


def test_an_initializer_that_fails(run: Run, runtime: str) -> None:
    raised = call(
        run,
        runtime,
        "def initializer(c): raise KeyError('x')\ndef handler(e, c): pass",
        "exports.initializer = () => { throw new Error('x') }; exports.handler = 1",
        initializer_handler="index.initializer",
        handler="index.initializer",
    )
    start = "function initialization exception"
    assert error(raised)["errorMessage"].startswith(start)


def test_an_initializer_that_hangs(function: Any, with_pool: Any) -> None:
    """In every runtime at once, as each takes a second."""
    python = "def initializer(c):\n    while True: pass\ndef handler(e, c): pass"
    node = "exports.initializer = () => { for (;;); }; exports.handler = () => 1"
    fields = {"initializer_handler": "index.initializer", "initializer_timeout": 1}
    made = [
        function("", files=pick(runtime, python, node), runtime=runtime, **fields)
        for runtime in RUNTIMES
    ]

    async def scenario(pool: Any) -> None:
        hung = await asyncio.gather(
            *(pool.invoke(one, None, request_id="r") for one in made)
        )
        for outcome in hung:
            assert outcome.error_type == "timeout"
            assert "the initializer timed out after 1.00 seconds" in outcome.result

    with_pool(scenario)


def test_installed_dependencies_are_found_after_the_code(
    run: Run, runtime: str, tmp_path: Path
) -> None:
    if not runtime.startswith("Python"):
        # Of Node.js they come as node_modules in the package.
        files = {
            "index.js": "exports.handler = () => require('dep').name",
            "node_modules/dep/index.js": "exports.name = 'there'",
        }
        assert run("", files=files, runtime=runtime).result == "there"
        return
    from tests.packages import STORE

    folder = STORE.dependencies("test-dependencies")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "dep.py").write_text("name = 'installed'")
    (folder / "own.py").write_text("name = 'installed'")
    files = {
        "index.py": "import dep, own\ndef handler(e, c): return [dep.name, own.name]",
        "own.py": "name = 'own'",
    }
    outcome = run(
        "", files=files, runtime=runtime, dependencies_hash="test-dependencies"
    )
    assert json.loads(outcome.result) == ["installed", "own"]


def test_a_result_over_6_mb(run: Run, runtime: str) -> None:
    document = error(
        call(
            run,
            runtime,
            "def handler(e, c): return 'x' * 6_291_457",
            "exports.handler = () => 'x'.repeat(6291457)",
            memory_size=512,
        )
    )
    assert "6291457 bytes is over 6291456" in document["errorMessage"]


@pytest.mark.parametrize("level", launch.levels()[1:])
@pytest.mark.parametrize(
    "attack",
    [
        "require('fs').readFileSync('/etc/passwd')",
        "require('fs').readdirSync('/')",
        "require('fs').writeFileSync('/dev/shm/x', 'x')",
        "require('fs').writeFileSync(__filename, 'x')",
        "require('child_process').execFileSync(process.execPath, ['-v'])",
        "require('child_process').execFileSync('/bin/true')",
        "process.kill(process.ppid, 9)",
        "process.kill(-1, 9)",
        "process.setuid(0)",
        "process.dlopen({exports: {}}, '/x.node')",
    ],
)
@pytest.mark.skipif(not NODES, reason="there is no Node.js on this host")
def test_node_is_walled_in_too(run: Run, level: str, attack: str) -> None:
    code = (
        f"exports.handler = () => {{ try {{ return ['got', String({attack})] }}"
        " catch (error) { return ['refused', error.code] } }"
    )
    outcome = run("", files={"index.js": code}, runtime=NODES[0], jail=level)
    assert json.loads(outcome.result)[0] == "refused", outcome


@pytest.mark.parametrize("level", launch.levels()[1:])
@pytest.mark.skipif(not NODES, reason="there is no Node.js on this host")
def test_node_reaches_no_port(run: Run, level: str) -> None:
    code = """
    exports.handler = () => new Promise((resolve) => {
      const socket = require("net").connect(9, "127.0.0.1");
      socket.on("error", (error) => resolve(error.code));
      socket.on("connect", () => resolve("connected"));
    })
    """
    outcome = run("", files={"index.js": code}, runtime=NODES[0], jail=level)
    assert outcome.result in ("EPERM", "EACCES")


@pytest.mark.parametrize(
    ("code", "kind", "message"),
    [
        ("exports.handler = () => 10n", "TypeError", "BigInt"),
        ("const a = {}; a.a = a; exports.handler = () => a", "TypeError", "circular"),
        ("exports.handler = () => Promise.reject('why')", "Error", "why"),
        (
            "exports.handler = () => new Promise(() => setTimeout(() => {"
            " throw new RangeError('late') }, 1))",
            "RangeError",
            "late",
        ),
        ("exports.handler = (e, c, done) => done(new Error('told'))", "Error", "told"),
    ],
)
@pytest.mark.skipif(not NODES, reason="there is no Node.js on this host")
def test_errors_of_node_alone(run: Run, code: str, kind: str, message: str) -> None:
    document = error(run("", files={"index.js": code}, runtime=NODES[0]))
    assert document["errorType"] == kind
    assert message in document["errorMessage"]


@pytest.mark.parametrize(
    ("files", "result"),
    [
        ({"index.mjs": "export const handler = async () => 'esm'"}, "esm"),
        ({"index.cjs": "exports.handler = () => 'cjs'"}, "cjs"),
        ({"index.js": "export const handler = () => 'esm'"}, "esm"),
        (
            {"index.js": "exports.handler = (e, c, done) => done(null, 'called')"},
            "called",
        ),
    ],
)
@pytest.mark.skipif(not NODES, reason="there is no Node.js on this host")
def test_kinds_of_node_modules(run: Run, files: dict[str, str], result: str) -> None:
    if "export const" in files.get("index.js", ""):
        files = files | {"package.json": '{"type": "module"}'}
    assert run("", files=files, runtime=NODES[0]).result == result


@pytest.mark.skipif(not NODES, reason="there is no Node.js on this host")
def test_a_process_that_exits_by_itself_is_a_crash(run: Run) -> None:
    files = {"index.js": "exports.handler = () => process.exit(3)"}
    outcome = run("", files=files, runtime=NODES[0])
    assert outcome.error_type == "crash"
    assert "ended with status 3" in outcome.result
