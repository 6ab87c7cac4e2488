"""An exported scenario runs by itself against a served gateway, and tells the truth."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from console import demo, models, publish
from console.replay.export import Export
from tests.console import world

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("addresses")]
QUERY = "test=user%40123"


def case(example: world.Example, **fields: Any) -> models.ScenarioCase:
    """The documented call, as a case of the example's scenario."""
    known: dict[str, Any] = {
        "scenario": example.scenario,
        "signer": example.credential.pk,
        "query": QUERY,
        "headers": (("token", demo.TOKEN), ("X-Own", "it's é")),
    }
    return world.scenario_case(example.api, **known | fields)


def run(export: Export, directory: Path, **variables: str) -> str:
    """What pytest says about the file, run in an empty folder with these variables."""
    file = directory / export.file_name
    file.write_text(export.text())
    kept = {name: os.environ[name] for name in ("PATH",)}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-rA", file.name],
        cwd=directory,
        env=kept | variables,
        capture_output=True,
        text=True,
        timeout=120,
    )
    return done.stdout + done.stderr


def outcomes(said: str) -> dict[str, str]:
    """PASSED or FAILED, by case."""
    found = re.findall(r"^(PASSED|FAILED) \S+?\[(.+?)\]", said, re.MULTILINE)
    return {name: outcome for outcome, name in found}


def test_an_exported_scenario_passes_and_fails_as_the_gateway_answers(
    example: world.Example, tmp_path: Path
) -> None:
    app = example.credential
    models.AclBinding.objects.all().delete()
    post = world.published(
        auth_type="NONE", req_method="POST", req_protocol="BOTH", name="open"
    )
    example.case.delete()
    case(example, name="let in")
    case(example, name="denied", query="test=wrong", status=401, code="APIG.0305")
    case(example, name="unsigned", signer="nobody", status=401, code="APIG.0303")
    case(example, name="debugger", signer="debugger", headers=(("token", demo.TOKEN),))
    case(example, name="elsewhere", version="OTHER", status=404, code="APIG.0101")
    case(example, name="wrong status", status=201)
    case(example, name="wrong code", query="test=wrong", status=401, code="APIG.0303")
    case(example, name="saved only", version="draft")
    world.scenario_case(
        post,
        scenario=example.scenario,
        name="binary",
        body=b"\x00\xff",
        query="a=1+2&a=%C3%A9",
        scheme="http",
        signer="debugger",
    )
    publish.compile_now()
    export = Export(example.scenario)
    text = export.text()
    for secret in (app.app_secret, app.app_key, demo.TOKEN, demo.TEST, QUERY):
        assert secret not in text
    assert export.left_out == ["saved only"] and "'saved only'" in text
    name = "CALL_TWO_FACTOR_AUTHORIZATION"
    values = {
        f"{name}_KEY": app.app_key,
        f"{name}_SECRET": app.app_secret,
        "CALL_KEY": app.app_key,
        "CALL_SECRET": app.app_secret,
        "CALL_TOKEN": demo.TOKEN,
        "CALL_TEST": demo.TEST,
        "CALL_TEST_2": "wrong",
    }
    assert set(export.variables) == set(values)
    meaning = "a value of the query parameter test, not encoded"
    assert export.variables["CALL_TEST_2"] == f"{meaning} (of denied, wrong code)"
    said = run(export, tmp_path, **values)
    failed = {"wrong status", "wrong code"}
    passed = {"let in", "denied", "unsigned", "debugger", "elsewhere", "binary"}
    assert outcomes(said) == {
        **dict.fromkeys(passed, "PASSED"),
        **dict.fromkeys(failed, "FAILED"),
    }, said
    # What it says when a secret is wrong, or a variable is not set.
    said = run(export, tmp_path, **values | {f"{name}_SECRET": "0therSecret"})
    assert outcomes(said)["let in"] == "FAILED"
    assert outcomes(said)["unsigned"] == "PASSED"
    del values["CALL_TOKEN"]
    assert "set the environment variable CALL_TOKEN" in run(export, tmp_path, **values)


def test_app_codes_tokens_and_access_keys_come_from_variables_too(
    example: world.Example, tmp_path: Path
) -> None:
    simple = world.published(auth_opt={"app_code_auth_type": "HEADER"})
    world.bind(example.credential, simple)
    iam = world.published(auth_type="IAM")
    code, key = world.app_code(example.credential), example.access_key
    scenario = example.scenario
    example.case.delete()
    world.scenario_case(simple, scenario=scenario, name="code", signer=code.pk)
    world.scenario_case(iam, scenario=scenario, name="key", signer=key.pk)
    secret = (("Cookie", "id=s3cret"),)
    world.scenario_case(
        iam,
        scenario=scenario,
        name="token",
        signer="token",
        headers=secret,
        status=401,
        code="APIG.0301",
    )
    publish.compile_now()
    export = Export(scenario)
    for value in (code.app_code, key.access, key.secret, "s3cret"):
        assert value not in export.text() or value == key.access
    values = {
        "CALL_TWO_FACTOR_AUTHORIZATION_APPCODE": code.app_code,
        f"CALL_{key.access}_KEY": key.access,
        f"CALL_{key.access}_SECRET": key.secret,
        "CALL_AUTH_TOKEN": "no token",
        "CALL_COOKIE": "id=s3cret",
    }
    assert set(export.variables) == set(values)
    said = run(export, tmp_path, **values)
    assert outcomes(said) == dict.fromkeys(("code", "key", "token"), "PASSED"), said
