"""Functions by every accepted form of their names."""

import pytest
from django.conf import settings

from console import models
from console.urns import Named, UnknownFunction, resolve
from tests.console import world

pytestmark = pytest.mark.django_db
SHORT = f"{settings.PROJECT_ID}:default:guard"
LONG = f"urn:fss:{settings.REGION}:{settings.PROJECT_ID}:function:default:guard"


@pytest.fixture
def row(db: None) -> models.Function:
    row = world.function(func_name="guard")
    version = models.Version.publish(row, "v1")
    models.Alias.objects.create(function=row, name="prod", version=version)
    return row


@pytest.mark.parametrize(
    "text", ["guard", "default:guard", SHORT, f"{SHORT}:latest", LONG, f"{LONG}:latest"]
)
def test_every_form_names_the_function(row: models.Function, text: str) -> None:
    assert resolve(text) == Named(row)
    assert resolve(row.func_urn) == Named(row)


@pytest.mark.parametrize("start", [SHORT, LONG])
def test_a_version_and_an_alias(row: models.Function, start: str) -> None:
    assert resolve(f"{start}:v1") == Named(row, version=row.versions.get())
    assert resolve(f"{start}:!prod") == Named(row, alias=row.aliases.get())
    assert resolve(row.versions.get().func_urn).version is not None
    assert resolve(row.aliases.get().alias_urn).alias is not None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("other", "no function default:other"),
        ("other:guard", "no function other:guard"),
        ("elsewhere:default:guard", "not the project"),
        (LONG.replace(settings.REGION, "mars", 1), "not the region"),
        (f"{LONG}:v2", "no version v2"),
        (f"{LONG}:!test", "no alias test"),
        ("a:b:c:d:e", "not a function's URN"),
        (f"{LONG}:v1:x", "not a function's URN"),
        ("", "no function default:"),
    ],
)
def test_what_is_not_there_is_named(row: models.Function, text: str, said: str) -> None:
    with pytest.raises(UnknownFunction, match=said):
        resolve(text)


def test_the_list_finds_a_function_by_its_urn(
    row: models.Function, admin_client: object
) -> None:
    world.function(func_name="other")
    response = admin_client.get("/functions/", {"q": f"{LONG}:!prod"})  # type: ignore[attr-defined]
    html = response.content.decode()
    assert row.get_absolute_url() in html and "/functions/" in html
    assert ">other<" not in html
