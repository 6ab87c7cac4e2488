"""Who is let in, and where: what every operation has in common."""

import pytest
from django.contrib.auth.models import Permission, User
from django.db import IntegrityError
from rest_framework.test import APIClient

from console import models
from tests.console.rest.conftest import GATEWAY, ROOT, Api, refused

pytestmark = pytest.mark.django_db


def client_of(user: User) -> APIClient:
    client = APIClient()
    client.force_authenticate(user)
    return client


def test_nobody_gets_nothing() -> None:
    assert refused(APIClient().get(f"{GATEWAY}/envs")) == (401, "APIG.1002")


def test_who_may_only_look_may_not_change() -> None:
    reader = User.objects.create(username="reader")
    reader.user_permissions.add(Permission.objects.get(codename="view_environment"))
    client = client_of(reader)
    assert client.get(f"{GATEWAY}/envs").status_code == 200
    reply = client.post(f"{GATEWAY}/envs", {"name": "DEV"}, format="json")
    assert refused(reply) == (403, "APIG.1005")


def test_there_is_one_project(api: Api, admin_user: User) -> None:
    url = f"{GATEWAY}/envs".replace(ROOT, f"/v2/{'0' * 32}/apigw")
    assert refused(client_of(admin_user).get(url)) == (403, "APIG.1005")


def test_there_is_one_gateway(api: Api) -> None:
    reply = api("GET", f"/instances/{'0' * 32}/envs")
    assert refused(reply) == (404, "APIG.3030")


def test_a_method_that_an_operation_lacks_is_refused(api: Api) -> None:
    assert api("PATCH", "~/envs").status_code == 405


def test_what_a_gateway_of_ones_own_lacks_is_said(api: Api) -> None:
    assert refused(api("PUT", "~/eip", {})) == (412, "APIG.3458")


def test_a_failure_leaves_nothing_behind(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(self: models.Environment) -> None:
        self.save()
        raise IntegrityError("the database went away")

    monkeypatch.setattr(models.Environment, "save_valid", fail)
    with pytest.raises(IntegrityError):
        api("POST", "~/envs", {"name": "DEV"})
    assert not models.Environment.objects.filter(name="DEV").exists()
