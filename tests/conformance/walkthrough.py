"""The documented walkthrough, from code: the two official clients do all of it.

Usage: manage.py accesskey admin --json | walkthrough.py GATEWAY_URL CA_FILE
"""

import base64
import json
import sys
from collections.abc import Mapping
from typing import Any

import huaweicloudsdkapig.v2 as apig
import huaweicloudsdkfunctiongraph.v2 as fgs
import requests
from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkcore.sdk_request import SdkRequest
from huaweicloudsdkcore.signer.signer import Signer

TOKEN, TEST = "Basic dXNlcjE6cGFzc3dvcmQ=", "user@123"
CODE = """import json

def handler(event, context):
    given = event["headers"]["token"], event["queryStringParameters"]["test"]
    known = context.getUserData("token"), context.getUserData("test")
    status = {"status": "allow" if given == known else "deny"}
    return {"statusCode": 200, "body": json.dumps(status)}
"""
PATH, RELEASE = "/walkthrough", "DEFAULT_ENVIRONMENT_RELEASE_ID"


def client(kind: Any, key: Mapping[str, str]) -> Any:
    signer = BasicCredentials(key["access_key"], key["secret_key"], key["project_id"])
    builder = kind.new_builder().with_credentials(signer)
    return builder.with_endpoint(key["endpoint"]).build()


def create(key: Mapping[str, str]) -> tuple[str, Any]:
    """Function, authorizer, API, credential: the host to call, and the credential."""
    functions, gateway = (
        client(fgs.FunctionGraphClient, key),
        client(apig.ApigClient, key),
    )
    at = {"instance_id": key["instance_id"]}
    code = fgs.FuncCode(file=base64.b64encode(CODE.encode()).decode())
    body: Any = fgs.CreateFunctionRequestBody(
        func_name="walkthrough", package="default", runtime="Python3.9", timeout=5,
        handler="index.handler", memory_size=128, code_type="inline", func_code=code,
        user_data=json.dumps({"token": TOKEN, "test": TEST}),
    )  # fmt: skip
    function = functions.create_function(fgs.CreateFunctionRequest(body=body))
    sources = [
        apig.Identity(name="token", location="HEADER"),
        apig.Identity(name="test", location="QUERY"),
    ]
    body = apig.AuthorizerCreate(
        name="walkthrough", type="FRONTEND", authorizer_type="FUNC", ttl=30,
        authorizer_uri=function.func_urn, identities=sources,
    )  # fmt: skip
    guard = gateway.create_custom_authorizer_v2(
        apig.CreateCustomAuthorizerV2Request(body=body, **at)
    )
    body = apig.ApiGroupCreate(name="walkthrough")
    group = gateway.create_api_group_v2(apig.CreateApiGroupV2Request(body=body, **at))
    body = apig.ApiCreate(
        group_id=group.id, name="walkthrough", type=1, req_protocol="HTTPS",
        req_method="GET", req_uri=PATH, auth_type="APP", authorizer_id=guard.id,
        backend_type="MOCK", mock_info=apig.ApiMockCreate(result_content="both doors"),
    )  # fmt: skip
    api = gateway.create_api_v2(apig.CreateApiV2Request(body=body, **at))
    body = apig.ApiActionInfo(action="online", env_id=RELEASE, api_id=api.id)
    publish = apig.CreateOrDeletePublishRecordForApiV2Request(body=body, **at)
    gateway.create_or_delete_publish_record_for_api_v2(publish)
    body = apig.AppCreate(name="walkthrough")
    app = gateway.create_an_app_v2(apig.CreateAnAppV2Request(body=body, **at))
    body = apig.ApiAuthCreate(env_id=RELEASE, app_ids=[app.id], api_ids=[api.id])
    gateway.create_authorizing_apps_v2(
        apig.CreateAuthorizingAppsV2Request(body=body, **at)
    )
    return group.sl_domain, app


def call(url: str, ca: str, host: str, app: Any, token: str) -> requests.Response:
    """Call the API, signed with the credential."""
    request = SdkRequest(
        method="GET", schema="https", host=host, resource_path=PATH, body="",
        query_params=[("test", TEST)], header_params={"token": token, "host": host},
    )  # fmt: skip
    signed = Signer(BasicCredentials(app.app_key, app.app_secret)).sign(request)
    return requests.get(url + signed.uri, headers=signed.header_params, verify=ca)


if __name__ == "__main__":
    host, app = create(json.load(sys.stdin))
    for token in (TOKEN, "Basic wrong"):
        reply = call(sys.argv[1], sys.argv[2], host, app, token)
        print(reply.status_code, reply.text)
