import errno
import os

import pytest

from gateway.functions import libc

GETPID = {"x86_64": 39, "aarch64": 172}[os.uname().machine]


def test_a_system_call_gives_its_result() -> None:
    assert libc.syscall(GETPID) == os.getpid()


def test_a_failed_call_is_an_oserror() -> None:
    with pytest.raises(OSError) as caught:
        libc.check(libc.prctl(-1))
    assert caught.value.errno == errno.EINVAL
