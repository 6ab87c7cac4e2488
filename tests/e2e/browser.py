"""Debian's Chromium, headless."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, BrowserContext, sync_playwright

from tests.e2e.product import Product

CHROMIUM = "/usr/bin/chromium"
_PATIENCE_MS = 20_000


@contextmanager
def launched() -> Iterator[Browser]:
    arguments = ["--disable-background-networking"]
    if os.geteuid() == 0:
        arguments.append("--no-sandbox")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield browser
        browser.close()


def new_session(
    browser: Browser, product: Product, *, scripts: bool = True
) -> BrowserContext:
    """A browser session at the product's console, signed out."""
    context = browser.new_context(
        base_url=product.console_url,
        java_script_enabled=scripts,
        viewport={"width": 1280, "height": 900},
        reduced_motion="reduce",
    )
    context.set_default_timeout(_PATIENCE_MS)
    return context
