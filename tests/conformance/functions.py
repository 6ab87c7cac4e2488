"""Functions, as the official client of FunctionGraph handles them."""

import base64
import json
from typing import Any

from tests.conformance.compare import Some
from tests.conformance.run import Run

CODE = "def handler(event, context):\n    return {'said': event['say'], 'no': %d}\n"
BODY: dict[str, Any] = {
    "func_name": "conformance",
    "package": "default",
    "runtime": "Python3.9",
    "timeout": 5,
    "handler": "index.handler",
    "memory_size": 128,
    "user_data": json.dumps({"stage": "test"}),
    "description": "d",
    "initializer_handler": "",
}
SECRET = {"encrypted_user_data": json.dumps({"token": "secret"})}
MASKED = {"encrypted_user_data": json.dumps({"token": ""})}


def create(run: Run) -> str:
    """The URN of a deployed function, after everything that is done with one."""
    code = {"code_type": "inline", "func_code": {"file": _text(CODE % 1)}}
    made = run.call("create_function", BODY | code | SECRET, MASKED)
    at = {"function_urn": made.func_urn}
    configure(run, at)
    invoke(run, at)
    versions(run, at)
    events(run, at)
    transfer(run, at)
    used = {"resources": [{"type": "fgs_func_num", "used": Some(), "quota": 400}]}
    run.call("list_quotas", shown={"quotas": used})
    nothing = {"dependencies": [], "count": 0}
    run.call("list_dependencies", shown=nothing)
    # Authorizers say the version in a member of its own.
    return str(made.func_urn).removesuffix(":latest")


def remove(run: Run, urn: str) -> None:
    run.call("delete_function", function_urn=urn)
    run.refused("show_function_config", "FSS.1051", function_urn=urn)


def configure(run: Run, at: dict[str, str]) -> None:
    run.call("show_function_config", shown=BODY | MASKED, **at)
    listed = {key: BODY[key] for key in ("func_name", "runtime", "memory_size")}
    by = {"func_name": BODY["func_name"], "package_name": "default"}
    run.find("list_functions", "functions", listed, by)
    changed = BODY | {"timeout": 6, "memory_size": 256, "description": "other"}
    del changed["package"]
    run.call("update_function_config", changed, **at)
    run.call("show_function_config", shown=changed | MASKED, **at)
    most = {"strategy_config": {"concurrent_num": 7}}
    wanted = {"max_instance_num": 7}
    run.call("update_function_max_instance_config", wanted, most, **at)
    run.call("show_function_config", shown=most, **at)
    code = {"code_type": "inline", "func_code": {"file": _text(CODE % 2)}}
    changed = run.call("update_function_code", code, **at)
    run.call("show_function_code", shown=code | {"digest": changed.digest}, **at)


def invoke(run: Run, at: dict[str, str]) -> None:
    body = {"say": "hello"}
    shown = {"status": 200, "request_id": Some(), "log": Some()}
    result = {"result": json.dumps({"said": "hello", "no": 2})}
    run.call("invoke_function", body, shown | result, **at)
    run.call("async_invoke_function", body, {"request_id": Some()}, **at)


def versions(run: Run, at: dict[str, str]) -> None:
    first, second = ({"version": v, "description": f"{v} is it"} for v in ("1", "2"))
    made = run.call("create_function_version", first, **at)
    longer = {"timeout": 7, "runtime": BODY["runtime"], "handler": BODY["handler"]}
    named = {"func_name": BODY["func_name"], "memory_size": 256}
    run.call("update_function_config", longer | named, **at)
    run.call("create_function_version", second, **at)
    run.call("show_function_config", shown=first, function_urn=made.func_urn)
    run.find("list_function_versions", "versions", {"version": "1"}, **at)
    alias: dict[str, Any] = {"name": "live", "version": "1", "description": "d"}
    alias |= {"additional_version_weights": {"2": 30}}
    run.call("create_version_alias", alias, {"alias_urn": Some()}, **at)
    run.refused("create_version_alias", "FSS.1063", alias, **at)
    one = at | {"alias_name": "live"}
    run.call("show_version_alias", shown=alias, **one)
    changed = {"version": "2", "description": "", "additional_version_weights": {}}
    run.call("update_version_alias", changed, **one)
    changed |= {"name": "live"}
    run.call("show_version_alias", shown=changed, **one)
    run.find("list_version_aliases", "body", changed, **at)
    run.call("delete_version_alias", **one)
    run.refused("show_version_alias", "FSS.1053", **one)
    run.call("delete_function", function_urn=made.func_urn)
    run.lacks("list_function_versions", "versions", {"version": "1"}, **at)


def events(run: Run, at: dict[str, str]) -> None:
    body = {"name": "hello", "content": _text('{"say": "hello"}')}
    event = run.call("create_event", body, **at).id
    one = at | {"event_id": event}
    run.call("show_event", shown=body, **one)
    run.find("list_events", "events", {"id": event, "name": "hello"}, **at)
    changed = {"content": _text('{"say": "bye"}')}
    run.call("update_event", changed, {"id": event}, **one)
    run.call("show_event", shown=changed, **one)
    run.call("delete_event", **one)
    run.refused("show_event", "FSS.1070", **one)


def transfer(run: Run, at: dict[str, str]) -> None:
    """Exported, imported under another name: the same function once more."""
    archive = json.loads(run.call("export_function", **at).raw_content)
    named = {"func_name": "conformance2"}
    known = {key: archive[key] for key in ("file_name", "file_type", "file_code")}
    same = {"memory_size": 256, "description": "other"}
    made = run.call("import_function", named | known, same)
    other = {"function_urn": made.func_urn}
    code = {"func_code": {"file": _text(CODE % 2)}}
    run.call("show_function_code", shown=code, **other)
    run.call("delete_function", **other)
    run.lacks("list_functions", "functions", named)


def _text(text: str) -> str:
    return base64.b64encode(text.encode()).decode()
