"""Gateways as processes of their own, and programs that call them."""

import http.client
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import requests

from gateway.http import Request
from tests.gateway.world import HOST, signed

ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def gateway(*options: str) -> Iterator["subprocess.Popen[str]"]:
    process = subprocess.Popen(
        [sys.executable, "-m", "gateway", *options],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def get(process: "subprocess.Popen[Any]", port: int) -> requests.Response:
    """The answer of a gateway that is just starting."""
    while process.poll() is None:
        try:
            return requests.get(f"http://127.0.0.1:{port}/", timeout=10)
        except requests.ConnectionError:
            time.sleep(0.02)
    raise AssertionError("the gateway ended")


def rightly_signed(path: str) -> Request:
    return signed(path=path, at=time.time())


class Client:
    """One caller, on one connection that is kept as long as it lasts."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def call(self, path: str, request: Request | None = None) -> int:
        """The status of a call: as the request has it, or without any signature."""
        headers = {"Host": HOST}
        if request is not None:
            headers = {name.decode(): v.decode() for name, v in request.headers}
        self._connection.request("GET", path, headers=headers)
        response = self._connection.getresponse()
        response.read()
        return response.status

    def close(self) -> None:
        self._connection.close()


def at_once(
    ports: list[int],
    clients: int,
    calls: int,
    path: str,
    request: Request | None,
    answers: list[int] | None = None,
) -> list[int]:
    """The statuses that clients get, each calling one of the ports so many times.

    One whose gateway goes away stops there. `answers` can be watched meanwhile.
    """
    found: list[int] = [] if answers is None else answers

    def one(number: int) -> None:
        client = Client(ports[number % len(ports)])
        with suppress(OSError, http.client.HTTPException):
            for _ in range(calls):
                found.append(client.call(path, request))
        client.close()

    with ThreadPoolExecutor(clients) as pool:
        list(pool.map(one, range(clients)))
    return found
