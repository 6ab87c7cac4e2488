"""The running product keeps to its description: a short run of schemathesis, seeded."""

import json

from tests.console.rest.schema import run
from tests.e2e.product import Product


def test_no_answer_is_a_failure_or_contradicts_the_description(
    product: Product,
) -> None:
    product.manage("demo")
    key = json.loads(product.manage("accesskey", "admin", "--json"))
    examples = ("--phases", "examples,fuzzing", "--max-examples", "1", "--seed", "7")
    done = run.fuzz(key, *examples, quiet=True)
    assert done.returncode == 0, done.stdout
    assert "Tested: 242" in done.stdout
