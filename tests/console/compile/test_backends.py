"""TLS toward backends: what is compiled, and what a backend of its own CA sees."""

import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, cast

import pytest

from console.compile import Compiler
from console.embedded import Embedded
from console.models import Api
from gateway.http import Headers, Request
from gateway.snapshot import BackendApi, ClientTls, GroupUrl
from tests.certificates import Pair, authority, issue
from tests.console import policies, world

pytestmark = pytest.mark.django_db


def https(address: str, **fields: Any) -> dict[str, Any]:
    known = {"url_domain": address, "req_protocol": "HTTPS", "req_method": "GET"}
    return known | {"req_uri": "/", "timeout": 5000, "retry_count": "0"} | fields


def api(address: str = "backend.example", **fields: Any) -> Api:
    backend = https(address, **fields)
    return world.api(auth_type="NONE", backend_type="HTTP", backend_api=backend)


def compiled(row: Api) -> BackendApi:
    end = Compiler().draft(row).backend.to
    assert isinstance(end, BackendApi)
    return end


def test_no_backend_is_waited_for_longer_than_the_gateway_parameter_says() -> None:
    row = api()
    assert compiled(row).timeout == 5000
    policies.feature("backend_timeout", '{"max_timeout": 700}')
    assert compiled(row).timeout == 700


def test_without_configuration_a_backend_is_trusted_as_this_host_does() -> None:
    policies.client_certificate()
    assert compiled(api()).tls is None


def test_a_certificate_goes_to_backends_that_ask_for_it() -> None:
    ca, other = authority().pem, authority("Other").pem
    shown = json.loads(policies.client_certificate(ca=other).whole)
    tls = ClientTls(other, shown["content"], shown["key"])
    assert compiled(api(enable_client_ssl=True)).tls == tls
    own = compiled(api(enable_client_ssl=True, ca_content=ca, req_uri="/b"))
    assert own.tls == ClientTls(ca, shown["content"], shown["key"])


def test_a_backend_may_have_authorities_of_its_own() -> None:
    ca = authority().pem
    assert compiled(api(ca_content=ca)).tls == ClientTls(ca)


def test_a_policy_s_backend_has_its_own_too() -> None:
    ca, row = authority().pem, api()
    source = {"condition_origin": "source", "condition_value": "192.0.2.1"}
    named = {"name": "other", "effect_mode": "ALL", "conditions": [source]}
    row.policy_https = [https("other.example", ca_content=ca) | named]
    row.save_valid()
    (policy,) = Compiler().draft(row).policies
    assert isinstance(policy.backend.to, BackendApi)
    assert policy.backend.to.tls == ClientTls(ca)


def test_what_was_published_without_the_member_is_compiled() -> None:
    row = api()
    del row.backend_api["ca_content"]
    assert compiled(row).tls is None


class Answer(BaseHTTPRequestHandler):
    """Who the caller's certificate says it is."""

    def do_GET(self) -> None:
        assert isinstance(self.connection, ssl.SSLSocket)
        peer = self.connection.getpeercert() or {}
        [[[_, name]]] = cast("tuple[tuple[tuple[str, str]]]", peer["subject"])
        body = name.encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Tests need no log."""


@contextmanager
def demanding(folder: Path, shown: Pair, trusted: Pair) -> Iterator[str]:
    """The address of a TLS backend that serves who shows a certificate it trusts."""
    content, key = folder / "server.pem", folder / "server.key"
    content.write_text(shown.pem)
    key.write_text(shown.key_pem())
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cadata=trusted.pem)
    context.load_cert_chain(content, key)
    context.verify_mode = ssl.CERT_REQUIRED
    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        # A handshake that fails is what some tests are about.
        server.handle_error = lambda *_: None  # type: ignore[method-assign]
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"localhost:{server.server_port}"
        server.shutdown()
        thread.join()


def call(row: Api) -> tuple[int, bytes]:
    """What the gateway answers to a call of a draft."""
    snapshot = Compiler().snapshot().with_draft(Compiler().draft(row))
    headers = Headers([(b"host", row.group.sl_domain.encode())])
    core = Embedded()
    try:
        request = Request("GET", row.req_uri, "", headers, scheme="https")
        answer, _ = core.debug(request, snapshot, policies=False)
        return answer.status, answer.whole
    finally:
        core.close()


def test_a_private_backend_is_called_with_the_gateway_s_certificate(
    tmp_path: Path,
) -> None:
    private = authority("Private CA")
    with demanding(tmp_path, issue("localhost", ca=private), authority()) as address:
        policies.client_certificate()
        trusted = api(address, enable_client_ssl=True, ca_content=private.pem)
        assert call(trusted) == (200, b"gateway.example")
        # Neither without showing it, nor without trusting the backend.
        trusted.backend_api["enable_client_ssl"] = False
        trusted.save_valid()
        assert call(trusted)[0] == 502
        trusted.backend_api |= {"enable_client_ssl": True, "ca_content": ""}
        trusted.save_valid()
        assert call(trusted)[0] == 502


def test_groups_of_servers_are_asked_for_what_is_theirs() -> None:
    channel = world.channel()
    group = channel.member_groups.get().pk
    url = {"req_protocol": "HTTP", "req_method": "POST", "req_uri": "/#where#"}
    row = api(
        vpc_channel_status=4,
        vpc_channel_info={"vpc_channel_id": channel.pk},
        member_group_url_infos=[url | {"member_group_id": group}],
    )
    assert compiled(row).group_urls == {group: GroupUrl("HTTP", "POST", "/#where#")}
    del row.backend_api["member_group_url_infos"]
    assert compiled(row).group_urls == {}
