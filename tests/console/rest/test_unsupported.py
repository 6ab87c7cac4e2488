"""Operations about what is not here."""

import pytest

from console.rest import unsupported
from console.rest.table import Operation
from console.rest.urls import OPERATIONS
from tests.console.rest.conftest import Api, refused

pytestmark = pytest.mark.django_db

CLOUD = [o for o in OPERATIONS if issubclass(o.endpoint, unsupported.CloudOnly)]


@pytest.mark.parametrize("operation", CLOUD, ids=lambda o: o.name)
def test_a_list_is_empty_and_everything_else_refused(
    api: Api, operation: Operation
) -> None:
    reply = api(operation.method, operation.path, {})
    if operation.method == "GET" and operation.endpoint is not unsupported.Later:
        assert reply.status_code == 200
        assert not any(reply.json().values())
    else:
        assert refused(reply) == (412, "APIG.3458")
