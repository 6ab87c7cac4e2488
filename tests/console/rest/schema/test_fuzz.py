"""The running product keeps to its description: a short run of schemathesis, seeded."""

import json

from console.rest.schema.document import ALL, refuses
from tests.console.rest.schema import run
from tests.e2e.product import Product

SHORT = ("--phases", "examples,fuzzing", "--max-examples", "1", "--seed", "7")


def test_no_answer_is_a_failure_or_contradicts_the_description(
    product: Product,
) -> None:
    product.manage("demo")
    key = json.loads(product.manage("accesskey", "admin", "--json"))
    refused = [operation.name for operation in ALL if refuses(operation)]
    but = [word for name in refused for word in ("--exclude-operation-id", name)]
    done = run.fuzz(key, *SHORT, *but, quiet=True)
    assert done.returncode == 0, done.stdout
    assert f"Tested: {len(ALL) - len(refused)}" in done.stdout
