"""The measurement of a configuration, on a small one."""

from tests.bench import compiling


def test_what_is_published_is_compiled_and_written() -> None:
    compiled, written = compiling.costs(20)
    assert compiled.name == "compiling 20 published APIs"
    assert 0 < compiled.value < compiling.MOST and written.value > 0
