"""The management API at scale, through the official client (needs no other tools).

Usage: python tests/bench/management.py [APIs]

Starts the product on SQLite; creates that many APIs (1,000) one by one, publishes
them in one call, and calls the last of them as soon as the reply is there.
"""

import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import huaweicloudsdkapig.v2 as apig  # noqa: E402
import requests  # noqa: E402

from tests.conformance.walkthrough import RELEASE, client  # noqa: E402
from tests.e2e.product import Product  # noqa: E402


def main(count: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        product = Product(Path(folder) / "var")
        product.environment["SALLYPORT_LIMITS"] = f"API_NUM_LIMIT_PER_GROUP={count}"
        product.serve()
        try:
            measure(product, count)
        finally:
            product.stop()


def measure(product: Product, count: int) -> None:
    key = json.loads(product.manage("accesskey", "admin", "--json"))
    gateway: Any = client(apig.ApigClient, key)
    at = {"instance_id": key["instance_id"]}
    body: Any = apig.ApiGroupCreate(name="bench")
    group = gateway.create_api_group_v2(apig.CreateApiGroupV2Request(body=body, **at))
    started = time.perf_counter()
    ids = [create(gateway, at, group.id, number) for number in range(count)]
    told("created, each by a call of its own", count, started, 60)
    body = apig.ApiBatchPublish(apis=ids, env_id=RELEASE)
    started = time.perf_counter()
    request = apig.BatchPublishOrOfflineApiV2Request(body=body, action="online", **at)
    done = gateway.batch_publish_or_offline_api_v2(request)
    assert len(done.success) == count, done.failure
    told("published in one call", count, started, 5)
    started = time.perf_counter()
    url, host = f"{product.http_url}/bench/{count - 1}", {"Host": group.sl_domain}
    while requests.get(url, headers=host, timeout=5).status_code != 200:
        assert time.perf_counter() - started < 30, "it is never served"
    told("the last of them served after", 1, started, 1)


def create(gateway: Any, at: dict[str, str], group: str, number: int) -> str:
    body: Any = apig.ApiCreate(
        group_id=group, name=f"api{number}", type=1, req_protocol="HTTP",
        req_method="GET", req_uri=f"/bench/{number}", auth_type="NONE",
        backend_type="MOCK", mock_info=apig.ApiMockCreate(result_content="here"),
    )  # fmt: skip
    request = apig.CreateApiV2Request(body=body, **at)
    return str(gateway.create_api_v2(request).id)


def told(what: str, count: int, started: float, goal: float) -> None:
    seconds = time.perf_counter() - started
    print(f"{count:>6} {what}: {seconds:.2f} s (goal: {goal} s)", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
