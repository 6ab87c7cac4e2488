"""A cache whose entries end on time and whose size is bounded."""

from gateway.state.memory import ExpiringCache


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_value_lives_until_its_deadline_and_not_longer() -> None:
    clock = Clock()
    cache = ExpiringCache(clock=clock)
    cache.put("k", "v", 30)
    clock.now += 29.9
    assert cache.get("k") == "v"
    clock.now += 0.1
    assert cache.get("k") is None
    assert len(cache) == 0


def test_reading_a_value_does_not_prolong_its_life() -> None:
    clock = Clock()
    cache = ExpiringCache(clock=clock)
    cache.put("k", "v", 30)
    clock.now += 20
    cache.get("k")
    assert cache.seconds_left("k") == 10
    clock.now += 10
    assert cache.get("k") is None


def test_storing_again_starts_a_new_life() -> None:
    clock = Clock()
    cache = ExpiringCache(clock=clock)
    cache.put("k", "old", 30)
    clock.now += 20
    cache.put("k", "new", 30)
    clock.now += 20
    assert cache.get("k") == "new"


def test_beyond_its_size_the_value_longest_unread_goes() -> None:
    cache = ExpiringCache(size=2)
    cache.put("a", 1, 60)
    cache.put("b", 2, 60)
    assert cache.get("a") == 1
    cache.put("c", 3, 60)
    assert [cache.get(key) for key in "abc"] == [1, None, 3]
    assert len(cache) == 2


def test_what_is_not_there_has_no_seconds_left() -> None:
    clock = Clock()
    cache = ExpiringCache(clock=clock)
    cache.put("k", "v", 1)
    clock.now += 5
    assert cache.seconds_left("k") == 0
    assert cache.seconds_left("other") == 0
    assert cache.get("other") is None


def test_clearing_forgets_everything() -> None:
    cache = ExpiringCache()
    cache.put("k", "v", 60)
    cache.clear()
    assert cache.get("k") is None


def test_what_lives_says_since_when_and_how_long() -> None:
    now = [0.0]
    cache = ExpiringCache(clock=lambda: now[0])
    cache.put("short", 1, 5)
    cache.put("long", 2, 30)
    now[0] = 10.0
    assert cache.living() == [("long", 2, 10.0, 20.0)]


def test_what_is_chosen_is_forgotten() -> None:
    cache = ExpiringCache()
    for key in ("a1", "a2", "b1"):
        cache.put(key, key, 30)
    assert cache.forget(lambda key: str(key).startswith("a")) == 2
    assert (cache.get("a1"), cache.get("b1"), len(cache)) == (None, "b1", 1)


def test_what_was_asked_for_before_something_was_forgotten_is_not_kept() -> None:
    cache = ExpiringCache()
    before = cache.forgotten
    cache.forget(lambda key: True)
    cache.put("old", 1, 30, before)
    cache.put("new", 1, 30, cache.forgotten)
    assert (cache.get("old"), cache.get("new")) == (None, 1)
