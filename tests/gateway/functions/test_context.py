import json
from typing import Any


def test_every_documented_method_answers(run: Any) -> None:
    code = """
    def handler(event, context):
        return {name: getattr(context, name)() for name in event}
    """
    expected = {
        "getRequestID": "req-1",
        "getFunctionName": "demo",
        "getVersion": "v2",
        "getPackage": "tools",
        "getAlias": "",
        "getProjectID": "p1",
        "getMemorySize": 256,
        "getCPUNumber": 400,
        "getRunningTimeInSeconds": 7,
        "getToken": "",
        "getAccessKey": "",
        "getSecretKey": "",
        "getSecurityAccessKey": "",
        "getSecuritySecretKey": "",
        "getSecurityToken": "",
        "get_invoke_id": "req-1",
        "get_trace_id": "req-1",
        "get_state": None,
        "get_instance_id": "",
        "get_invoke_property": "",
        "getWorkflowID": "",
        "getWorkflowRunID": "",
        "getWorkflowStateID": "",
    }
    outcome = run(
        code,
        list(expected),
        version="v2",
        package="tools",
        project_id="p1",
        memory_size=256,
        timeout=7,
    )
    assert json.loads(outcome.result) == expected


def test_user_data_is_plain_and_encrypted_and_has_a_default(run: Any) -> None:
    code = """
    def handler(event, context):
        get = context.getUserData
        return [get("a"), get("b"), get("c"), get("c", "fallback")]
    """
    outcome = run(code, user_data={"a": "1"}, encrypted_user_data={"b": "2"})
    assert json.loads(outcome.result) == ["1", "2", None, "fallback"]


def test_the_remaining_time_runs_down_from_the_limit_of_the_call(run: Any) -> None:
    code = """
    import time
    def handler(event, context):
        first = context.getRemainingTimeInMilliSeconds()
        time.sleep(0.05)
        return [first, context.getRemainingTimeInMilliSeconds()]
    """
    first, second = json.loads(run(code, limit=5).result)
    assert 0 < second <= first - 50 < 5000


def test_state_and_instance_id_can_be_set(run: Any) -> None:
    code = """
    def handler(event, context):
        context.set_state({"n": 1})
        context.set_instance_id("i-1")
        return [context.get_state(), context.get_instance_id()]
    """
    assert json.loads(run(code).result) == [{"n": 1}, "i-1"]
