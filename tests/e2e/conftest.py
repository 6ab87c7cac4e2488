"""A running product and a browser, for each file of tests.

Not for the whole run: while Playwright runs, its thread has an event loop, and
`asyncio.run` in the tests that follow would be refused.
"""

import json
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext

from tests.e2e.browser import launched, new_session
from tests.e2e.caller import Caller
from tests.e2e.person import Person
from tests.e2e.product import Product


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """`manage.py serve`, on nothing but what it sets up itself."""
    running = Product(tmp_path_factory.mktemp("e2e") / "var")
    running.serve()
    yield running
    status, said = running.stop()
    assert status == 0
    assert "Traceback" not in said


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    if shutil.which("chromium") is None:
        pytest.skip("Chromium is not installed: `apt install chromium`")
    with launched() as browser:
        yield browser


@pytest.fixture(scope="module")
def session(product: Product, chromium: Browser) -> Iterator[BrowserContext]:
    """A signed-in browser session, which the tests of a file share."""
    context = new_session(chromium, product)
    Person(context.new_page()).log_in()
    yield context
    context.close()


@pytest.fixture
def person(session: BrowserContext) -> Iterator[Person]:
    """Somebody who has signed in and looks at Home."""
    page = session.new_page()
    page.goto("/")
    yield Person(page)
    page.close()


@pytest.fixture(scope="module")
def caller(product: Product) -> Caller:
    """Calls the documented example, which `manage.py demo` makes."""
    return Caller.of(product, json.loads(product.manage("demo", "--json")))
