"""Signature keys through the management API."""

from typing import Any

import pytest

from console import bindings, models
from tests.console import policies, world
from tests.console.rest.conftest import Api, refused

pytestmark = pytest.mark.django_db
SECRET = "secret-of-the-backend"
BODY = {
    "name": "backend",
    "sign_type": "hmac",
    "sign_key": "key_of_it",
    "sign_secret": SECRET,
}


def test_a_key_is_created_changed_and_deleted(api: Api) -> None:
    made = api("POST", "~/signs", BODY)
    assert made.status_code == 201
    key = made.json()
    assert BODY.items() <= key.items()
    path = f"~/signs/{key['id']}"
    changed = api("PUT", path, BODY | {"sign_type": "basic", "name": "other"})
    assert changed.status_code == 200
    assert (changed.json()["sign_type"], changed.json()["name"]) == ("basic", "other")
    assert api("DELETE", path).status_code == 204
    assert refused(api("PUT", path, BODY)) == (404, "APIG.3017")
    assert refused(api("DELETE", path)) == (404, "APIG.3017")


def test_a_list_masks_secrets(api: Api) -> None:
    api("POST", "~/signs", BODY)
    [key] = api("GET", "~/signs?name=back").json()["signs"]
    assert (key["sign_secret"], key["bind_num"]) == ("s****d", 0)
    assert key["sign_key"] == BODY["sign_key"]


def test_what_is_left_out_is_generated(api: Api) -> None:
    key = api("POST", "~/signs", {"name": "backend"}).json()
    assert (key["sign_type"], len(key["sign_secret"])) == ("hmac", 32)
    assert key["sign_key"]
    aes = {"sign_type": "aes", "sign_algorithm": "aes-256-cfb"}
    made = api("POST", "~/signs", {"name": "second"} | aes).json()
    assert (len(made["sign_key"]), len(made["sign_secret"])) == (32, 16)


@pytest.mark.parametrize(
    ("fields", "status", "code"),
    [
        ({"name": ""}, 400, "APIG.2001"),
        ({"name": "a"}, 400, "APIG.2012"),
        ({"sign_type": "rsa"}, 400, "APIG.2012"),
        ({"sign_type": "public_key"}, 412, "APIG.3548"),
        ({"sign_type": "aes"}, 400, "APIG.2012"),
        ({"sign_key": "short"}, 400, "APIG.2012"),
        ({"sign_secret": "short"}, 400, "APIG.2012"),
        ({"sign_secret": 1}, 400, "APIG.2012"),
    ],
)
def test_what_is_wrong_is_named(
    api: Api, fields: dict[str, Any], status: int, code: str
) -> None:
    reply = api("POST", "~/signs", BODY | fields)
    assert refused(reply) == (status, code)
    assert SECRET not in reply.content.decode()


def test_a_name_is_taken_once(api: Api) -> None:
    api("POST", "~/signs", BODY)
    assert refused(api("POST", "~/signs", BODY)) == (400, "APIG.3207")


def test_the_reply_to_binding_alone_has_the_secret(api: Api) -> None:
    row, target = policies.signature(sign_secret=SECRET), world.published()
    body = {"sign_id": row.pk, "publish_ids": [target.releases.get().publish_id]}
    [made] = api("POST", "~/sign-bindings", body).json()["bindings"]
    assert (made["sign_secret"], made["sign_key"]) == (SECRET, row.sign_key)
    [seen] = api("GET", f"~/sign-bindings/binded-signs?api_id={target.pk}").json()[
        "bindings"
    ]
    assert seen == made | {"sign_secret": "s****d"}


def test_a_deleted_key_takes_its_bindings_along(api: Api) -> None:
    row = policies.signature()
    bindings.bind(row, [world.published()], world.environment())
    assert api("DELETE", f"~/signs/{row.pk}").status_code == 204
    assert not models.SignatureBinding.objects.exists()
