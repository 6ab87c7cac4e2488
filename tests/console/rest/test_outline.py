"""How many there are, and how many there may be."""

import pytest
from django.test import override_settings

from tests.console import world
from tests.console.rest.conftest import Api

pytestmark = pytest.mark.django_db


def test_everything_is_counted(api: Api) -> None:
    world.example()
    world.api()
    world.credential(name="idle")
    assert api("GET", "~/resources/outline/apis").json() == {
        "instance_num": 2,
        "nums_on_release": 1,
        "nums_off_release": 1,
    }
    apps = api("GET", "~/resources/outline/apps").json()
    assert apps == {"authed_nums": 1, "unauthed_nums": 1}
    assert api("GET", "~/resources/outline/groups").json()["onsell_nums"] == 0


@pytest.mark.parametrize("path", ["~/project/configs", "/instance/configs"])
@override_settings(LIMITS={"APP_NUM_LIMIT": 7})
def test_limits_are_those_in_force(api: Api, path: str) -> None:
    reply = api("GET", f"{path}?limit=100").json()
    values = {row["config_name"]: row["config_value"] for row in reply["configs"]}
    assert (values["APP_NUM_LIMIT"], values["AUTHORIZER_NUM_LIMIT"]) == ("7", "50")
    page = api("GET", f"{path}?limit=2&offset=1").json()
    assert (page["total"], page["size"]) == (reply["total"], 2)
