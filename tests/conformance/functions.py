"""A function for as long as the operations of APIG need one."""

import base64
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import huaweicloudsdkfunctiongraph.v2 as fgs

from tests.conformance.walkthrough import client

CODE = "def handler(event, context):\n    return {'statusCode': 200, 'body': '{}'}\n"


@contextmanager
def function(key: Mapping[str, str]) -> Iterator[str]:
    """The URN of a deployed function."""
    functions = client(fgs.FunctionGraphClient, key)
    code = fgs.FuncCode(file=base64.b64encode(CODE.encode()).decode())
    body: Any = fgs.CreateFunctionRequestBody(
        func_name="conformance", package="default", runtime="Python3.9", timeout=5,
        handler="index.handler", memory_size=128, code_type="inline", func_code=code,
    )  # fmt: skip
    urn = functions.create_function(fgs.CreateFunctionRequest(body=body)).func_urn
    # Authorizers say the version in a member of its own.
    yield urn.removesuffix(":latest")
    # Not after a failure, which may leave something that calls it.
    functions.delete_function(fgs.DeleteFunctionRequest(function_urn=urn))
