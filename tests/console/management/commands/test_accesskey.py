"""manage.py accesskey."""

import json
from io import StringIO

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command

from console.models import AccessKey

pytestmark = pytest.mark.django_db


def said(*arguments: str) -> str:
    out = StringIO()
    call_command("accesskey", *arguments, stdout=out)
    return out.getvalue()


def test_json_is_all_that_a_client_needs(admin_user: User) -> None:
    facts = json.loads(said("admin", "--json"))
    key = AccessKey.objects.get()
    assert facts == {
        "access_key": key.access,
        "secret_key": key.secret,
        "project_id": settings.PROJECT_ID,
        "instance_id": settings.INSTANCE_ID,
        "endpoint": f"http://{settings.CONSOLE_BIND}",
    }
    assert key.account.user == admin_user
    assert "access_key: " in said("admin")


def test_there_is_no_key_for_nobody_and_no_third_one(admin_user: User) -> None:
    with pytest.raises(CommandError, match="no user"):
        said("somebody")
    said("admin")
    said("admin")
    with pytest.raises(CommandError, match="At most 2"):
        said("admin")
