"""Who calls the management API: by token, or by what the vendor's SDK signs."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client
from django.urls import path
from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkcore.sdk_request import SdkRequest
from huaweicloudsdkcore.signer.signer import Signer
from rest_framework.exceptions import NotAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from console import tokens
from console.models import AccessKey, Lockout
from console.rest.auth import AUTHENTICATION, LOCKED
from console.rest.errors import Dialect
from console.urls import urlpatterns as console_urls
from gateway.signing import format_date
from tests.console import world

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]

OLD = "20240102T030405Z"


class Whoami(APIView):
    """Says who called, and with what body."""

    authentication_classes = AUTHENTICATION

    def post(self, request: Request, project: str) -> Response:
        if request.user is None:
            raise NotAuthenticated
        return Response({"name": request.user.username, "body": request.data})

    dialect = Dialect


urlpatterns = [path("v2/<project>/whoami", Whoami.as_view()), *console_urls]


@pytest.fixture
def key(db: None) -> Iterator[AccessKey]:
    yield world.access_key(User.objects.create_user("alice", password="p"))


def signed(client: Client, access: str, secret: str, **headers: str) -> Any:
    """POST as the vendor's SDK signs it."""
    sdk = SdkRequest(
        method="POST",
        host="testserver",
        resource_path="/v2/a b/whoami",
        query_params=[("limit", "1"), ("name", "é ü")],
        header_params={"Content-Type": "application/json"} | headers,
        body=b'{"a": "\xc3\xa9"}',
    )
    Signer(BasicCredentials(access, secret, settings.PROJECT_ID)).sign(sdk)
    return client.post(
        sdk.uri.replace(" ", "%20"),
        sdk.body,
        content_type="application/json",
        headers={k: v for k, v in sdk.header_params.items() if k != "Content-Type"},
    )


def said(reply: Any) -> str:
    assert reply.status_code == 401
    return str(reply.json()["error_msg"])


def test_what_the_sdk_signs_is_its_user_s(client: Client, key: AccessKey) -> None:
    reply = signed(client, key.access, key.secret)
    assert reply.status_code == 200
    assert reply.json() == {"name": "alice", "body": {"a": "é"}}


def test_a_token_is_its_user_s(client: Client, key: AccessKey) -> None:
    token, _ = tokens.issue(key.account.user)
    url = "/v2/p/whoami"
    reply = client.post(url, {}, "application/json", headers={"X-Auth-Token": token})
    assert reply.json()["name"] == "alice"
    reply = client.post(url, {}, "application/json", headers={"X-Auth-Token": "x"})
    assert said(reply).endswith("decrypt token fail")


def test_nobody_gets_nothing(client: Client) -> None:
    reply = client.post("/v2/p/whoami", {}, "application/json")
    assert reply.status_code == 401
    headers = {"Authorization": "Bearer x"}
    reply = client.post("/v2/p/whoami", {}, "application/json", headers=headers)
    assert reply.status_code == 401


def test_a_session_is_no_proof(admin_client: Client) -> None:
    reply = admin_client.post("/v2/p/whoami", {}, "application/json")
    assert reply.status_code == 401


def test_what_is_wrong_is_said(client: Client, key: AccessKey) -> None:
    assert "verify aksk signature fail" in said(signed(client, key.access, "no"))
    assert "ak not exist" in said(signed(client, "nobody", "no"))
    late = signed(client, key.access, key.secret, **{"X-Sdk-Date": OLD})
    assert "signature expired" in said(late)


def test_a_disabled_key_and_a_disabled_user_are_nobody(
    client: Client, key: AccessKey
) -> None:
    token, _ = tokens.issue(key.account.user)
    key.status = key.Status.INACTIVE
    key.save_valid()
    assert "ak not exist" in said(signed(client, key.access, key.secret))
    key.status = key.Status.ACTIVE
    key.save_valid()
    User.objects.update(is_active=False)
    assert "ak not exist" in said(signed(client, key.access, key.secret))
    headers = {"X-Auth-Token": token}
    reply = client.post("/v2/p/whoami", {}, "application/json", headers=headers)
    assert "disabled" in said(reply)


def test_five_wrong_signatures_lock_the_key(client: Client, key: AccessKey) -> None:
    for _ in range(5):
        signed(client, key.access, "no")
    assert said(signed(client, key.access, key.secret)).endswith(LOCKED)
    Lockout.objects.all().delete()
    assert signed(client, key.access, key.secret).status_code == 200


@pytest.mark.urls("console.urls")
def test_a_wrong_signature_counts_although_its_operation_is_rolled_back(
    client: Client, key: AccessKey
) -> None:
    url = f"/v2/{settings.PROJECT_ID}/apigw/instances/{settings.INSTANCE_ID}/envs"
    proof = (
        f"SDK-HMAC-SHA256 Access={key.access}, SignedHeaders=x-sdk-date, Signature=00"
    )
    headers = {"Authorization": proof, "X-Sdk-Date": format_date(time.time())}
    assert client.post(url, {}, "application/json", headers=headers).status_code == 401
    assert Lockout.objects.get().failures == 1
