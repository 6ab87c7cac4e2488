"""Features of the gateway through the management API."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from console import models
from console.features import PARAMETERS
from console.rest.feature import ELSEWHERE, FLAGS
from tests.console.rest.conftest import Api, refused

pytestmark = pytest.mark.django_db
BODY = {"name": "ratelimit", "enable": True, "config": '{"api_limits": 500}'}


def test_one_is_configured_and_listed(api: Api) -> None:
    made = api("POST", "~/features", BODY)
    assert made.status_code == 201
    feature = made.json()
    assert BODY.items() <= feature.items()
    assert feature["instance_id"] == settings.INSTANCE_ID
    listed = api("GET", "~/features").json()
    assert listed == {"total": 1, "size": 1, "features": [feature]}


def test_one_is_changed_once_a_minute(api: Api) -> None:
    feature = api("POST", "~/features", BODY).json()
    off = {"name": "ratelimit", "enable": False}
    assert refused(api("POST", "~/features", off)) == (409, "APIG.3711")
    before = timezone.now() - timedelta(minutes=2)
    models.Feature.objects.update(update_time=before)
    changed = api("POST", "~/features", off).json()
    assert (changed["id"], changed["enable"]) == (feature["id"], False)
    assert changed["config"] == BODY["config"]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"enable": True}, 400, "APIG.2001"),
        ({"name": "ratelimit"}, 400, "APIG.2001"),
        (BODY | {"enable": "on"}, 400, "APIG.2012"),
        (BODY | {"config": {"api_limits": 500}}, 400, "APIG.2012"),
        (BODY | {"config": '{"api_limits": 0}'}, 400, "APIG.2012"),
        (BODY | {"name": "magic"}, 400, "APIG.2000"),
        (BODY | {"name": "public_key"}, 412, "APIG.3458"),
        (BODY | {"name": "cors"}, 412, "APIG.3458"),
    ],
)
def test_what_is_wrong_is_named(
    api: Api, body: dict[str, object], status: int, code: str
) -> None:
    assert refused(api("POST", "~/features", body)) == (status, code)


def test_what_is_left_out_has_its_default(api: Api) -> None:
    made = api("POST", "~/features", {"name": "app_basic", "enable": True}).json()
    assert made["config"] == PARAMETERS["app_basic"].default


def test_the_gateway_says_what_it_has(api: Api) -> None:
    names = api("GET", "~/instance-features?limit=100").json()["features"]
    assert {"multi_auth", "ratelimit"} <= set(names)
    assert len(names) == len(set(names)) == len(PARAMETERS) + len(FLAGS)
    assert not ELSEWHERE & set(names)
    page = api("GET", "~/instance-features?limit=2&offset=1").json()
    assert (page["size"], page["features"]) == (2, names[1:3])
