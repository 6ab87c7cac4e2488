"""POST /v3/auth/tokens: IAM's operation, as the vendor's guides use it."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client

from console import tokens
from console.models import Account
from gateway.tokens import TokenError

pytestmark = pytest.mark.django_db

URL = "/v3/auth/tokens"


@pytest.fixture
def alice(db: None) -> User:
    return User.objects.create_user("alice", password="right-password")


def ask(
    client: Client, scope: Any = None, methods: Any = ("password",), **user: Any
) -> Any:
    named = {"name": "alice", "password": "right-password"} | user
    identity = {"methods": list(methods), "password": {"user": named}}
    auth: dict[str, Any] = {"identity": identity}
    if scope is not None:
        auth["scope"] = scope
    return client.post(URL, {"auth": auth}, content_type="application/json")


@pytest.mark.parametrize(
    "scope",
    [
        {"project": {"name": settings.REGION}},
        {"project": {"id": settings.PROJECT_ID}},
    ],
)
def test_a_password_gets_a_token_of_the_project(
    client: Client, alice: User, scope: Any
) -> None:
    domain = {"name": settings.DOMAIN_NAME}
    reply = ask(client, scope, domain=domain)
    assert reply.status_code == 201
    assert tokens.owner(reply["X-Subject-Token"]) == alice
    token = reply.json()["token"]
    assert token["methods"] == ["password"]
    assert token["user"]["name"] == "alice"
    assert token["user"]["id"] == Account.of(alice).pk
    assert token["user"]["domain"]["id"] == settings.DOMAIN_ID
    assert token["project"]["id"] == settings.PROJECT_ID
    issued, expires = (
        datetime.fromisoformat(token[name]) for name in ("issued_at", "expires_at")
    )
    assert expires - issued == timedelta(hours=24)


def test_without_a_project_the_token_is_the_account_s(
    client: Client, alice: User
) -> None:
    for scope in (None, {"domain": {"name": settings.DOMAIN_NAME}}):
        token = ask(client, scope).json()["token"]
        assert token["domain"]["name"] == settings.DOMAIN_NAME
        assert "project" not in token


def test_a_user_may_be_named_by_id(client: Client, alice: User) -> None:
    pk = Account.of(alice).pk
    assert ask(client, id=pk, name=None).status_code == 201
    assert ask(client, id="0" * 32, name=None).status_code == 401


@pytest.mark.parametrize(
    "user",
    [
        {"password": "wrong"},
        {"name": "nobody"},
        {"domain": {"name": "another"}},
        {"domain": {"id": "0"}},
    ],
)
def test_what_is_wrong_is_not_said(client: Client, alice: User, user: Any) -> None:
    reply = ask(client, **user)
    assert reply.status_code == 401
    error = reply.json()["error"]
    assert error["message"] == "The username or password is wrong."
    assert "X-Subject-Token" not in reply


def test_a_disabled_user_gets_none(client: Client, alice: User) -> None:
    alice.is_active = False
    alice.save()
    assert ask(client).status_code == 401


def test_five_wrong_passwords_lock_the_user(client: Client, alice: User) -> None:
    for _ in range(5):
        assert "is wrong" in ask(client, password="no").json()["error"]["message"]
    reply = ask(client)
    assert reply.status_code == 401
    assert "locked" in reply.json()["error"]["message"]


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{",
        "[]",
        "{}",
        '{"auth": 1}',
        '{"auth": {"identity": {"methods": ["token"]}}}',
        '{"auth": {"identity": {"methods": ["password"]}}}',
        '{"auth": {"identity": {"methods": ["password"], "password": {"user": {}}}}}',
    ],
)
def test_a_body_of_another_shape_is_a_bad_request(client: Client, body: str) -> None:
    reply = client.post(URL, body, content_type="application/json")
    assert reply.status_code == 400
    assert reply.json()["error"]["title"] == "Bad Request"


def test_another_project_is_a_bad_request(client: Client, alice: User) -> None:
    for project in ({"name": "eu-west-0"}, {"id": "0" * 32}):
        assert ask(client, {"project": project}).status_code == 400


def test_only_post_is_taken(client: Client) -> None:
    assert client.get(URL).status_code == 405


def test_a_token_ends_with_its_password_and_when_it_is_revoked(
    client: Client, alice: User
) -> None:
    first = ask(client)["X-Subject-Token"]
    Account.of(alice).revoke_tokens()
    second = ask(client)["X-Subject-Token"]
    assert tokens.owner(second) == alice
    alice.set_password("another-password")
    alice.save()
    for token in (first, second):
        with pytest.raises(TokenError):
            tokens.owner(token)
