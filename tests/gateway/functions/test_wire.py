import mmap

from gateway.functions import wire


def test_a_reply_header_gives_back_what_was_packed() -> None:
    figures = (b"0" * 8, wire.OK | wire.LAST, 1.5, 0.0, 12.25)
    assert wire.REPLY.unpack(wire.REPLY.pack(*figures)) == figures


def test_a_log_ends_at_a_page_so_that_it_can_be_filled_whole() -> None:
    assert wire.MAX_LOG % mmap.PAGESIZE == 0
