"""Guessing passwords is slow, on every way in."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from tests.console.page import Page

pytestmark = pytest.mark.django_db

WRONG = {"username": "alice", "password": "wrong"}
RIGHT = {"username": "alice", "password": "right-password"}


@pytest.fixture(autouse=True)
def alice(db: None) -> User:
    return User.objects.create_user("alice", password="right-password")


def test_five_wrong_passwords_lock_the_name_for_this_address(client: Client) -> None:
    for _ in range(5):
        client.post("/login/", WRONG)
    page = Page(client.post("/login/", RIGHT))
    assert page.says("Too many wrong passwords: try again in a few minutes.")
    elsewhere = client.post("/login/", RIGHT, REMOTE_ADDR="192.0.2.1")
    assert elsewhere.status_code == 302


def test_a_right_password_ends_the_row(client: Client) -> None:
    for _ in range(2):
        for _ in range(4):
            assert Page(client.post("/login/", WRONG)).says("correct username")
        assert client.post("/login/", RIGHT).status_code == 302
        client.logout()


def test_django_admin_is_no_way_around_it(client: Client) -> None:
    for _ in range(5):
        client.post("/admin/login/", WRONG)
    assert Page(client.post("/login/", RIGHT)).says("Too many wrong passwords")
