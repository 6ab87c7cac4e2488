"""Which mistake, or which two, made a client's signature what it is."""

import hmac
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from console.signature.attempt import Attempt, Evidence, expected
from console.signature.mistakes import Mistake, Secret, all_of


@dataclass(frozen=True)
class Solution:
    """How the client's signature comes about; no mistake when it is right.

    `attempt` is what the client signed.
    """

    mistakes: tuple[Mistake, ...]
    attempt: Attempt


def solve(
    evidence: Evidence, secret: bytes, others: Sequence[Secret] = ()
) -> Solution | None:
    """The fewest mistakes that reproduce the signature; None when it stays a riddle.

    `others` are further secrets that the client may have used.
    """
    honest = expected(evidence, secret)
    wanted = evidence.given.signature.lower()
    for mistakes in _candidates(all_of(evidence, others)):
        attempt = honest
        for mistake in mistakes:
            attempt = mistake.change(attempt)
        if hmac.compare_digest(attempt.signature, wanted):
            return Solution(mistakes, attempt)
    return None


def _candidates(known: list[Mistake]) -> Iterator[tuple[Mistake, ...]]:
    """None, each alone, then pairs of different pieces."""
    yield ()
    yield from ((mistake,) for mistake in known)
    for first, second in combinations(known, 2):
        if first.piece != second.piece:
            yield first, second
