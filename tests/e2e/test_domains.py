"""Own names, certificates, environments and versions, from the pages to the wire."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPResponse, HTTPSConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from tests.certificates import Pair, authority, issue
from tests.e2e.person import Person
from tests.e2e.product import WAIT, Product
from tests.e2e.test_pages import check

NAME = "shop.example.com"
PATH = "/goods"
API = "goods"


@contextmanager
def backend(words: str) -> Iterator[str]:
    """A backend that says who it is; gives its host:port."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(f"{words} {self.path}".encode())

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class Shopper:
    """Calls the shop at its own name, whatever resolvers say."""

    def __init__(self, product: Product) -> None:
        self.http, self.https = (
            (host, int(port))
            for host, _, port in (
                bind.rpartition(":") for bind in (product.http_bind, product.https_bind)
            )
        )
        self.context = ssl.create_default_context(cadata=authority().pem)

    def get(self, path: str = PATH, **headers: str) -> tuple[int, str]:
        """Over HTTPS; the certificate is verified for the name, which goes as SNI."""
        connection = HTTPSConnection(*self.https, timeout=WAIT)
        plain = HTTPConnection(*self.https, timeout=WAIT)
        plain.connect()
        connection.sock = self.context.wrap_socket(plain.sock, server_hostname=NAME)
        return self._answer(connection, path, headers)[:2]

    def redirected(self) -> tuple[int, str]:
        """Over HTTP: the status, and where it leads."""
        connection = HTTPConnection(*self.http, timeout=WAIT)
        host = f"{NAME}:{self.http[1]}"
        status, _, answer = self._answer(connection, f"{PATH}?a=1", {"Host": host})
        return status, answer.headers["Location"]

    @staticmethod
    def _answer(
        connection: HTTPConnection, path: str, headers: dict[str, str]
    ) -> tuple[int, str, HTTPResponse]:
        named = {"Host": NAME} | {k.replace("_", "-"): v for k, v in headers.items()}
        connection.request("GET", path, headers=named)
        answer = connection.getresponse()
        try:
            return answer.status, answer.read().decode(), answer
        finally:
            connection.close()


def open_group(person: Person) -> None:
    person.menu("API Groups")
    person.follow("DEFAULT")
    person.follow("Group Information")


def create_certificate(person: Person, name: str, pair: Pair) -> None:
    person.menu("API Policies")
    person.follow("SSL Certificates")
    person.follow("Create SSL Certificate")
    person.fill("Name", name)
    person.fill("Content", pair.pem)
    person.fill("Key", pair.key_pem())
    person.press("OK")
    person.is_told("Saved. The next handshake uses it.")


def add_variable(person: Person, environment: str, value: str) -> None:
    open_group(person)
    person.follow("Add Environment Variable")
    person.choose("Environment", environment)
    person.fill("Name", "host")
    person.fill("Value", value)
    person.press("OK")
    person.is_told("Saved.")


def create_api(person: Person) -> None:
    person.menu("APIs")
    person.follow("Create API")
    person.fill("API Name", API)
    person.fill("Path", PATH)
    person.pick("Authentication Mode", "None")
    person.press("Next")
    person.pick("Backend Type", "HTTP&HTTPS")
    person.choose("Protocol", "HTTP")
    person.fill("Backend Address", "#host#")
    person.fill("Path", "/first")
    person.press("Finish")
    person.is_told("Saved. Publish it to make it live.")


def publish(person: Person, environment: str) -> None:
    person.open_api(API)
    person.follow("Publish Latest Version", exact=False)
    person.choose("Environment", environment)
    person.press("OK")


@pytest.fixture(scope="module")
def shopper(product: Product) -> Shopper:
    return Shopper(product)


def test_a_shop_moves_into_a_name_of_its_own(person: Person, shopper: Shopper) -> None:
    with backend("live") as live, backend("test") as test:
        person.menu("API Policies")
        person.follow("Environments")
        person.follow("Create Environment")
        person.fill("Name", "TEST")
        person.press("OK")
        create_api(person)
        publish(person, "RELEASE")
        person.reads("#host# has no value in RELEASE")
        add_variable(person, "RELEASE", live)
        add_variable(person, "TEST", test)
        for environment in ("RELEASE", "TEST"):
            publish(person, environment)
            person.is_told(f"Published in {environment}")

        # A name, and its certificate.
        create_certificate(person, "shop_cert", issue(NAME))
        open_group(person)
        person.follow("Bind Independent Domain Name")
        person.fill("Domain Name", NAME)
        person.tick("HTTP-to-HTTPS Auto Redirection")
        person.press("OK")
        person.is_told("Saved.")
        with pytest.raises(ssl.SSLCertVerificationError):
            shopper.get()
        person.follow("Select SSL Certificate")
        person.tick("shop_cert: ECC")
        person.press("OK")
        person.is_told("Saved. The next handshake uses it.")
        assert shopper.get() == (200, "live /first")
        assert shopper.get(X_Stage="TEST") == (200, "test /first")
        location = f"https://{NAME}:{shopper.https[1]}{PATH}?a=1"
        assert shopper.redirected() == (301, location)

        # Another version: what changes is shown, and the older one comes back.
        person.open_api(API)
        person.follow("Modify")
        person.press("Next")
        person.fill("Path", "/second")
        person.press("Finish")
        person.is_told("Saved. Publish it to make it live.")
        person.follow("Publish Latest Version", exact=False)
        changes = person.page.get_by_role("region", name="Changes")
        row = changes.get_by_role("row").filter(has_text="Default Backend › Path")
        assert row.inner_text().split()[-2:] == ["/first", "/second"]
        person.press("OK")
        person.is_told("Published in RELEASE")
        assert shopper.get() == (200, "live /second")
        assert shopper.get(X_Stage="TEST") == (200, "test /first")
        person.press("More")
        person.follow("View Publishing Records")
        person.press("Switch Version")
        person.is_told("RELEASE now runs version")
        assert shopper.get() == (200, "live /first")


def test_an_error_is_worded_as_the_page_says(person: Person, shopper: Shopper) -> None:
    open_group(person)
    person.follow("default")
    person.follow("No API Found")
    person.fill("Status Code", "410")
    person.fill("Response Body", '{"gone": "$context.reqPath"}')
    person.table("Response headers", [{"Name": "x-shop", "Value": "closed"}])
    person.press("OK")
    person.is_told("No API Found: callers get it from now on.")
    assert shopper.get("/nothing") == (410, '{"gone": "/nothing"}')
    person.press("Restore Defaults")
    person.is_told("Every type is as the product sends it.")
    status, body = shopper.get("/nothing")
    assert (status, "APIG.0101" in body) == (404, True)


def test_the_debugging_domain_can_be_switched_off(
    person: Person, product: Product, shopper: Shopper
) -> None:
    open_group(person)
    person.press("Switch off")
    person.is_told("The debugging domain name does not answer any more.")
    name = person.fact("Debugging Domain Name").split()[0]
    assert shopper.get(Host=name)[0] == 404
    person.press("Switch on")
    person.is_told("The debugging domain name answers.")


def test_the_pages_about_it_are_fine(person: Person, shopper: Shopper) -> None:
    open_group(person)
    check(person)
    person.follow(NAME)
    check(person)
    person.follow("shop_cert")
    check(person)
    person.menu("API Policies")
    person.follow("Environments")
    check(person)
    publish(person, "TEST")
    person.open_api(API)
    person.follow("Publish Latest Version", exact=False)
    check(person)
    person.open_api(API)
    person.press("More")
    person.follow("View Publishing Records")
    person.follow("View Details")
    check(person)
