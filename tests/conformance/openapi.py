"""OpenAPI documents, as the official client handles them."""

import json
import tempfile
from pathlib import Path
from typing import Any

from huaweicloudsdkcore.http.formdata import FormFile

from tests.conformance.apis import BODY, RELEASE
from tests.conformance.compare import Some, differences
from tests.conformance.run import Run

_IMPORT, _ASYNC = "import_api_definitions_v2", "import_api_definitions_async"
_LATER = {"task_id": Some()}
_TASK = "show_async_task_result"


def play(run: Run, group: str, api: str) -> None:
    """An export, and what an import makes of it."""
    body = {"env_id": RELEASE, "group_id": group, "define": "proxy", "apis": [api]}
    reply = run.call("export_api_definitions_v2", body, oas_version="3.0")
    found: list[bytes] = []
    reply.consume_download_stream(lambda stream: found.append(stream.content))
    text = found[0].decode()
    check(run, "export_api_definitions_v2", text)
    later = run.call("export_api_definitions_async", body, _LATER, oas_version="3.0")
    task = later.task_id
    done = run.call(_TASK, shown=_succeeded(task, "export_api"), task_id=task)
    check(run, "export_api_definitions_async", json.loads(done.task_result)["Comment"])
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "apis.json")
        file.write_text(text)
        imports(run, group, api, str(file))


def check(run: Run, name: str, text: str) -> None:
    """An export is a file, so what is in it is looked at here."""
    [(path, item)] = json.loads(text)["paths"].items()
    endpoint = {"address": "192.0.2.1:8000", "method": "GET", "path": "/"}
    backend = {"type": "HTTP", "httpEndpoints": endpoint}
    wanted = {"operationId": BODY["name"], "tags": BODY["tags"]}
    wanted |= {"x-apigateway-backend": backend}
    wrong = differences(wanted, item["get"])
    if wrong or path != BODY["req_uri"]:
        raise run.broken(name, 200, wrong or f"the path is {path}")


def imports(run: Run, group: str, api: str, file: str) -> None:
    """Over what is there, and beside it."""
    at = {"method": "GET", "path": BODY["req_uri"]}
    known = {"is_create_group": False, "group_id": group}
    kept = {"failure": [at | {"error_code": "APIG.3301"}], "success": []}
    run.call(_IMPORT, known | {"file_name": FormFile(file)}, kept)
    mode = {"api_mode": "override", "file_name": FormFile(file)}
    done: dict[str, Any] = {"success": [at | {"id": api, "action": "update"}]}
    run.call(_IMPORT, known | mode, done | {"failure": [], "ignore": []})
    shown = {name: value for name, value in BODY.items() if name != "remark"}
    run.call("show_details_of_api_v2", shown=shown, api_id=api)
    mode = {"api_mode": "override", "file_name": FormFile(file)}
    task = run.call(_ASYNC, known | mode, _LATER).task_id
    told = run.call(_TASK, shown=_succeeded(task, "import_api"), task_id=task)
    if wrong := differences(done, json.loads(told.task_result)):
        raise run.broken(_ASYNC, 202, wrong)
    run.refused(_TASK, "APIG.3072", task_id="0" * 32)


def _succeeded(task: str, kind: str) -> dict[str, str]:
    return {"task_id": task, "task_type": kind, "task_status": "succeed"}
