"""What the console asks of running gateways: a Unix socket of each, for its owner only.

It lies beside the snapshot, in a folder that nobody else may enter. A connection is a
question and its answer, a line each: JSON, sealed with the snapshot's key, so whoever
has not got that neither asks nor answers. A thread of its own serves it, one question
at a time; no call ever waits for it.
"""

import errno
import logging
import os
import secrets
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any

import orjson
from cryptography.fernet import InvalidToken

from gateway.source import read_cipher

# Seconds: of a question, of its whole answer, and how old either may be.
TIMEOUT, PATIENCE, _TTL = 1.0, 1.5, 30
MAX_QUESTION, MAX_ANSWER = 64 * 1024, 16 * 1024 * 1024
Document = dict[str, Any]
Answer = Callable[[Document], Document]

log = logging.getLogger(__name__)


class Control(Thread):
    """Answers the console until it is closed. OSError when there can be no socket."""

    def __init__(self, snapshot: Path, key_file: Path, answer: Answer) -> None:
        super().__init__(name="control", daemon=True)
        self._cipher, self._answer = read_cipher(key_file), answer
        folder = _folder(snapshot)
        folder.mkdir(mode=0o700, exist_ok=True)
        # Containers on one volume share process ids.
        self._path = folder / f"{os.getpid()}-{secrets.token_hex(4)}.sock"
        self._listener = _listen(self._path)

    def run(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return  # It was closed.
            with connection:
                try:
                    self._serve(connection)
                except OSError as error:
                    log.debug("who asked has gone: %r", error)
                except (ValueError, InvalidToken) as error:
                    log.warning("no question of the console's: %r", error)
                except Exception:
                    log.exception("a question on the control socket failed")

    def close(self) -> None:
        self._path.unlink(missing_ok=True)
        # Closing alone would not wake who accepts.
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _serve(self, connection: socket.socket) -> None:
        deadline = time.monotonic() + TIMEOUT
        sealed = _read(connection, MAX_QUESTION, deadline)
        question = orjson.loads(self._cipher.decrypt(sealed, ttl=_TTL))
        answer = self._cipher.encrypt(orjson.dumps(self._answer(question)))
        connection.settimeout(TIMEOUT)
        connection.sendall(answer + b"\n")


def start_control(snapshot: Path, key_file: Path, answer: Answer) -> Control | None:
    """Serve the console, where there can be a socket; calls do without."""
    try:
        control = Control(snapshot, key_file, answer)
    except OSError as error:
        log.warning("the console cannot ask this process: %s", error)
        return None
    control.start()
    return control


def ask(
    snapshot: Path, key_file: Path, question: Document, seconds: float = PATIENCE
) -> list[Document | None]:
    """What each process on this snapshot answers; None when it does not in time.

    All are asked at once.
    """
    paths = sorted(_folder(snapshot).glob("*.sock"))
    if not paths:
        return []
    cipher, deadline = read_cipher(key_file), time.monotonic() + seconds
    sealed = cipher.encrypt(orjson.dumps(question)) + b"\n"
    nobody: Document = {}

    def one(path: Path) -> Document | None:
        try:
            raw = _ask(path, sealed, deadline)
            answer: Document = orjson.loads(cipher.decrypt(raw, ttl=_TTL))
            return answer
        except FileNotFoundError:
            return nobody
        except ConnectionRefusedError:
            # Nobody listens there any more.
            path.unlink(missing_ok=True)
            return nobody
        except (OSError, ValueError, InvalidToken) as error:
            log.warning("%s does not answer: %r", path.stem, error)
            return None

    with ThreadPoolExecutor(len(paths)) as threads:
        return [answer for answer in threads.map(one, paths) if answer is not nobody]


def _ask(path: Path, sealed: bytes, deadline: float) -> bytes:
    with socket.socket(socket.AF_UNIX) as connection, _short(path) as address:
        connection.settimeout(max(deadline - time.monotonic(), 0.001))
        connection.connect(address)
        connection.sendall(sealed)
        return _read(connection, MAX_ANSWER, deadline)


def _read(connection: socket.socket, most: int, deadline: float) -> bytes:
    """A line, without its end. TimeoutError, or ValueError when it is too long."""
    found = bytearray()
    while not found.endswith(b"\n"):
        connection.settimeout(max(deadline - time.monotonic(), 0.001))
        piece = connection.recv(64 * 1024)
        if not piece:
            raise ConnectionResetError(errno.ECONNRESET, "it broke off")
        found += piece
        if len(found) > most:
            raise ValueError(f"over {most} bytes")
    return bytes(found[:-1])


def _listen(path: Path) -> socket.socket:
    """A socket at a path, for its owner, where nothing is until it listens."""
    fresh = path.with_name(f"{path.name}.new")
    fresh.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX)
    try:
        with _short(fresh) as address:
            listener.bind(address)
        fresh.chmod(0o600)
        listener.listen(16)
        fresh.rename(path)
    except OSError:
        listener.close()
        raise
    return listener


@contextmanager
def _short(path: Path) -> Iterator[str]:
    """Another name of a path: addresses of sockets are 107 bytes at most."""
    folder = os.open(path.parent, os.O_PATH | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)


def _folder(snapshot: Path) -> Path:
    return snapshot.with_name(f"{snapshot.name}.control")
