"""One command runs everything: real processes, real sockets, a real database."""

import os
import re
import select
import signal
import socket
import ssl
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
import requests

ROOT = Path(__file__).resolve().parents[4]
SETTINGS = (
    "SALLYPORT_CONSOLE_BIND",
    "SALLYPORT_GATEWAY_BIND",
    "SALLYPORT_GATEWAY_TLS_BIND",
)
WAIT = 20.0


class Serve:
    """A run of `manage.py serve` on ports and a data directory of its own."""

    def __init__(self, data: Path, **settings: str) -> None:
        self.data = data
        self.binds = dict(zip(SETTINGS, _free_binds(), strict=True)) | settings
        kept = {k: v for k, v in os.environ.items() if not k.startswith("SALLYPORT")}
        for name in ("DATABASE_URL", "DJANGO_SETTINGS_MODULE"):
            kept.pop(name, None)
        self.environment = {**kept, "SALLYPORT_DATA_DIR": str(data), **self.binds}
        self.process: subprocess.Popen[str] | None = None

    def start(self) -> str:
        """What it says until it is ready."""
        self.process = self._spawn()
        assert self.process.stdout is not None
        said = ""
        for line in self.process.stdout:
            said += line
            if line.startswith("Ctrl-C"):
                return said
        raise AssertionError(f"it ended: {said}")

    def fail(self) -> tuple[int, str]:
        """Status and output of a start that does not work."""
        process = self._spawn()
        out, _ = process.communicate(timeout=WAIT)
        return process.returncode, out

    def next_line(self) -> str:
        assert self.process is not None and self.process.stdout is not None
        return self.process.stdout.readline()

    def stop(self, number: int = signal.SIGTERM) -> tuple[int, str]:
        assert self.process is not None
        self.process.send_signal(number)
        out, _ = self.process.communicate(timeout=WAIT)
        return self.process.returncode, out

    def child(self, word: str) -> int:
        """The process of the child whose command line has this word."""
        assert self.process is not None
        return next(pid for pid in children(self.process.pid) if word in command(pid))

    def console(self, path: str = "/") -> requests.Response:
        return _get(f"http://{self.binds[SETTINGS[0]]}{path}")

    def gateway(self) -> requests.Response:
        return _get(f"http://{self.binds[SETTINGS[1]]}/no/such/api")

    def _spawn(self) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [sys.executable, str(ROOT / "manage.py"), "serve"],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=self.environment,
        )


def children(pid: int) -> list[int]:
    return list(map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split()))


def command(pid: int) -> str:
    return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")


def assert_gone(descriptor: int) -> None:
    """The process behind a pidfd has ended, or does soon."""
    assert select.select([descriptor], [], [], WAIT)[0], "the process lives on"
    os.close(descriptor)


def _free_binds() -> list[str]:
    held = [socket.create_server(("127.0.0.1", 0)) for _ in SETTINGS]
    ports = [listener.getsockname()[1] for listener in held]
    for listener in held:
        listener.close()
    return [f"127.0.0.1:{port}" for port in ports]


def _get(url: str) -> requests.Response:
    """The answer of a server that may just be on its way back."""
    deadline = time.monotonic() + WAIT
    while True:
        try:
            return requests.get(url, timeout=WAIT)
        except requests.ConnectionError:
            if time.monotonic() > deadline:
                raise


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Serve, str]]:
    """The first run, and what it said."""
    serve = Serve(tmp_path_factory.mktemp("serve") / "var")
    said = serve.start()
    yield serve, said
    assert serve.stop() == (0, "")


@pytest.fixture
def serve(first: tuple[Serve, str]) -> Serve:
    """A run that is up, for tests that leave it as they found it."""
    return first[0]


@pytest.fixture
def second(first: tuple[Serve, str], tmp_path: Path) -> Iterator[Serve]:
    """A further run, for tests that end it."""
    run = Serve(tmp_path / "var")
    run.start()
    yield run
    assert run.process is not None
    run.process.terminate()
    run.process.communicate(timeout=WAIT)


def test_the_first_run_says_how_to_sign_in_and_where_everything_is(
    first: tuple[Serve, str],
) -> None:
    serve, said = first
    console, http, https = serve.binds.values()
    assert f"http://{console}\n" in said
    assert f"http://{http} and https://{https}\n" in said
    assert f"http://<group ID>.apig.localhost:{http.partition(':')[2]}\n" in said
    assert f"{serve.data}/tls/ca.pem" in said
    found = re.search(r"name admin, password (\S+)", said)
    assert found is not None
    browser = requests.Session()
    assert sign_in(serve, browser, found[1] + "x").url != f"http://{console}/"
    assert sign_in(serve, browser, found[1]).url == f"http://{console}/"


def sign_in(
    serve: Serve, browser: requests.Session, password: str
) -> requests.Response:
    """Where a sign-in as the first administrator leads."""
    page = browser.get(f"http://{serve.binds[SETTINGS[0]]}/", timeout=WAIT)
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)
    assert token is not None
    form = {
        "csrfmiddlewaretoken": token[1],
        "username": "admin",
        "password": password,
        "next": "/",
    }
    return browser.post(page.url, data=form, timeout=WAIT)


def test_what_it_generates_is_for_the_owner_only(serve: Serve) -> None:
    secret = [
        *(serve.data / "keys").iterdir(),
        *serve.data.glob("tls/*.key"),
        serve.data / "admin-password",
        serve.data / "snapshot.bin",
    ]
    assert {stat.S_IMODE(path.stat().st_mode) for path in secret} == {0o600}
    assert stat.S_IMODE(serve.data.stat().st_mode) == 0o700


def test_https_is_trusted_through_the_local_ca(serve: Serve) -> None:
    host, _, port = serve.binds[SETTINGS[2]].partition(":")
    context = ssl.create_default_context(cafile=str(serve.data / "tls" / "ca.pem"))
    with (
        socket.create_connection((host, int(port)), timeout=WAIT) as clear,
        context.wrap_socket(clear, server_hostname="g1.apig.localhost") as sealed,
    ):
        sealed.sendall(b"GET / HTTP/1.1\r\nHost: g1.apig.localhost\r\n\r\n")
        assert sealed.recv(12) == b"HTTP/1.1 404"


def test_a_second_serve_on_the_same_data_is_refused_in_one_line(serve: Serve) -> None:
    status, said = Serve(serve.data).fail()
    assert status == 1
    assert serve.process is not None
    assert f"already runs on {serve.data} (process {serve.process.pid})" in said
    assert said.count("\n") == 1


@pytest.mark.parametrize("setting", SETTINGS)
def test_a_port_in_use_is_one_line_that_names_the_setting(
    serve: Serve, tmp_path: Path, setting: str
) -> None:
    taken = serve.binds[setting]
    status, said = Serve(tmp_path / "var", **{setting: taken}).fail()
    assert status == 1
    assert said == (
        f"CommandError: Cannot listen on {taken}: Address already in use. "
        f"Set {setting} to another host:port, or free that one.\n"
    )


def test_one_port_for_two_things_is_refused(tmp_path: Path) -> None:
    (bind,) = _free_binds()[:1]
    both = dict.fromkeys(SETTINGS[1:], bind)
    status, said = Serve(tmp_path / "var", **both).fail()
    assert status == 1
    assert f"Set {SETTINGS[2]} to another" in said


@pytest.mark.parametrize("text", ["8000", "127.0.0.1:99999", "127.0.0.1:0"])
def test_an_address_that_is_none_is_refused_by_name(tmp_path: Path, text: str) -> None:
    status, said = Serve(tmp_path / "var", SALLYPORT_GATEWAY_BIND=text).fail()
    assert status == 1
    assert "SALLYPORT_GATEWAY_BIND" in said
    assert text in said
    assert "Traceback" not in said


def test_a_host_that_is_not_known_is_one_line(tmp_path: Path) -> None:
    status, said = Serve(tmp_path / "var", SALLYPORT_GATEWAY_BIND="no.invalid:1").fail()
    assert status == 1
    assert said.startswith("CommandError: Cannot listen on no.invalid:1: ")
    assert said.count("\n") == 1


def test_a_database_that_cannot_be_opened_is_one_line(tmp_path: Path) -> None:
    run = Serve(tmp_path / "var", DATABASE_URL="sqlite:////nowhere/db.sqlite3")
    status, said = run.fail()
    assert status == 1
    assert "CommandError: The database cannot be used: " in said
    assert "Traceback" not in said


def test_a_killed_gateway_comes_back_and_the_console_stays(serve: Serve) -> None:
    console = serve.child("granian")
    host, _, port = serve.binds[SETTINGS[1]].partition(":")
    with socket.create_connection((host, int(port)), timeout=WAIT) as cut_off:
        cut_off.sendall(b"POST / HTTP/1.1\r\nHost: ")
        os.kill(serve.child("-m gateway"), signal.SIGKILL)
        with suppress(ConnectionResetError):
            assert cut_off.recv(1) == b""
    said = serve.next_line()
    assert said == "The gateway was killed by signal 9; restarting it.\n"
    assert serve.gateway().json()["error_code"] == "APIG.0101"
    assert serve.child("granian") == console


def test_a_killed_console_comes_back_and_has_lost_nothing(serve: Serve) -> None:
    browser = requests.Session()
    password = (serve.data / "admin-password").read_text().strip()
    home = sign_in(serve, browser, password).url
    console = serve.child("granian")
    workers = [os.pidfd_open(pid) for pid in children(console)]
    os.kill(console, signal.SIGKILL)
    said = serve.next_line()
    assert said == "The console was killed by signal 9; restarting it.\n"
    for worker in workers:
        assert_gone(worker)
    assert serve.console().ok
    assert browser.get(home, timeout=WAIT, allow_redirects=False).status_code == 200


def test_a_killed_console_worker_comes_back(serve: Serve) -> None:
    (worker,) = children(serve.child("granian"))
    os.kill(worker, signal.SIGKILL)
    assert "Unexpected exit from worker-1" in serve.next_line()
    assert serve.console().ok


def test_ctrl_c_is_a_clean_stop_and_the_next_run_keeps_the_password(
    second: Serve,
) -> None:
    assert second.stop(signal.SIGINT) == (0, "")
    assert "password" not in second.start()


def test_nothing_outlives_a_killed_serve(second: Serve) -> None:
    assert second.process is not None
    family = children(second.process.pid)
    family += [pid for child in family for pid in children(child)]
    assert len(family) == 3
    descriptors = [os.pidfd_open(pid) for pid in family]
    second.process.kill()
    for descriptor in descriptors:
        assert_gone(descriptor)


def test_several_gateways_on_the_throughput_server_say_what_they_lack(
    tmp_path: Path,
) -> None:
    chosen = {"SALLYPORT_GATEWAY_SERVER": "granian", "SALLYPORT_GATEWAY_WORKERS": "2"}
    serve = Serve(tmp_path / "var", **chosen)
    said = serve.start()
    try:
        assert "2 processes: without SALLYPORT_REDIS_URL each counts" in said
        assert serve.process is not None
        lines = [command(pid) for pid in children(serve.process.pid)]
        assert sum("-m gateway" in line for line in lines) == 2
        assert serve.gateway().json()["error_code"] == "APIG.0101"
        test_https_is_trusted_through_the_local_ca(serve)
        doctor = subprocess.run(
            [sys.executable, str(ROOT / "manage.py"), "doctor"],
            env=serve.environment,
            capture_output=True,
            text=True,
        )
        assert re.search(r"warning +gateway +2 processes: without", doctor.stdout)
        assert re.search(
            r"warning +gateway +served by granian.*no WebSockets", doctor.stdout
        )
    finally:
        assert serve.stop() == (0, "")
