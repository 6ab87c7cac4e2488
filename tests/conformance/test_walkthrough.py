"""The walkthrough by the official clients, against the running product."""

import json

from tests.conformance import walkthrough
from tests.e2e.product import Product


def test_the_two_clients_make_an_api_that_answers_200_and_401(
    product: Product,
) -> None:
    key = json.loads(product.manage("accesskey", "admin", "--json"))
    host, app = walkthrough.create(key)
    calls = [
        walkthrough.call(product.https_url, product.ca, host, app, token)
        for token in (walkthrough.TOKEN, "Basic wrong")
    ]
    assert [(reply.status_code) for reply in calls] == [200, 401]
    assert calls[0].text == "both doors"
    assert calls[1].json()["error_code"] == "APIG.0305"
