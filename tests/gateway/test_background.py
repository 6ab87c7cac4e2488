"""Work beside calls: bounded, versioned, and ended with the gateway."""

import asyncio
import logging

import pytest

from gateway.background import Background


class Thing:
    closed = False

    async def close(self) -> None:
        self.closed = True


def test_so_much_of_a_kind_runs_and_no_more() -> None:
    async def main() -> None:
        background = Background()
        gate = asyncio.Event()

        async def wait() -> None:
            await gate.wait()

        assert [background.spawn("a", wait(), 2) for _ in range(3)] == [1, 1, 0]
        assert background.spawn("b", wait(), 1)
        assert background.running("a") == 2
        gate.set()
        while background.running("a"):
            await asyncio.sleep(0)
        await background.close()

    asyncio.run(main())


def test_what_fails_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    async def fail() -> None:
        raise ZeroDivisionError

    async def main() -> None:
        background = Background()
        background.spawn("a", fail(), 1)
        while background.running("a"):
            await asyncio.sleep(0)

    with caplog.at_level(logging.ERROR):
        asyncio.run(main())
    assert "failed" in caplog.text


def test_a_thing_lives_until_its_version_changes() -> None:
    async def main() -> None:
        background = Background()
        first = background.keep("key", 1, Thing)
        assert background.keep("key", 1, Thing) is first
        second = background.keep("key", 2, Thing)
        while not first.closed:
            await asyncio.sleep(0)
        assert not second.closed
        await background.close()
        assert second.closed

    asyncio.run(main())


def test_closing_ends_what_still_runs() -> None:
    async def main() -> None:
        background = Background()
        background.spawn("a", asyncio.sleep(60), 1)
        await asyncio.sleep(0)
        async with asyncio.timeout(5):
            await background.close()

    asyncio.run(main())
