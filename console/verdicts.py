"""The verdicts that gateways remember: asked of every process, shown as one list."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.conf import settings

from console import audit, gateways
from console.models import Api, Authorizer
from gateway.control import Document, ask
from gateway.verdicts import Asked


@dataclass
class Cached:
    """A verdict: `age` and `left` in s, `identities` (source, digest of its value).

    `held` counts the processes that remember it, by where it is used. One that is not
    `in_force` was given by older code or settings, and no call gets it any more.
    """

    id: str
    allow: bool
    age: float
    left: float
    authorizer: str
    authorizer_name: str
    api: str
    api_name: str
    stage: str
    identities: list[tuple[str, str]]
    in_force: bool
    held: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Found:
    """`total` are there, of which `rows` are told.

    `silent` of the gateway's `processes` do not answer.
    """

    rows: list[Cached]
    total: int
    silent: int
    processes: int


def find(asked: Asked) -> Found:
    """The newest first; what several processes remember alike is one row."""
    answers, silent, processes = _ask("list", asked)
    rows = _merged(row for answer in answers for row in answer["rows"])
    told = sum(len(answer["rows"]) for answer in answers)
    untold = sum(answer["total"] for answer in answers) - told
    return Found(rows, len(rows) + untold, silent, processes)


def forget(asked: Asked) -> tuple[int, int]:
    """Make every process forget; how many verdicts went, how many did not answer."""
    answers, silent, _ = _ask("forget", asked)
    gone = sum(answer["forgotten"] for answer in answers)
    what = f"verdict {asked.id}" if asked.id else "verdicts"
    authorizer = Authorizer.objects.filter(pk=asked.authorizer).first()
    audit.record_deed(
        "FlushAuthorizerCache",
        "Authorizer",
        [{"field": what, "old": gone, "new": 0}],
        asked.authorizer,
        str(authorizer or asked.authorizer or "All custom authorizers"),
    )
    return gone, silent


def _ask(do: str, asked: Asked) -> tuple[list[Document], int, int]:
    """What processes answer, how many do not, and how many gateways there are."""
    question = {"do": do, "asked": asked._asdict()}
    replies = ask(settings.SNAPSHOT_FILE, settings.SNAPSHOT_KEY_FILE, question)
    answers = [reply for reply in replies if reply is not None]
    there = sum("gateway" in answer["where"] for answer in answers)
    running = gateways.running()
    # One that is just being restarted has no socket to ask.
    away = running[0] - there if running else 0
    silent = max(away, len(replies) - len(answers))
    return answers, silent, there + silent


def _merged(rows: Iterable[Document]) -> list[Cached]:
    found: dict[tuple[str, bool], Cached] = {}
    for row in sorted(rows, key=lambda row: float(row["age"])):
        where = row.pop("where")
        known = found.setdefault((row["id"], row["allow"]), Cached(**row))
        known.held[where] = known.held.get(where, 0) + 1
    # Gateways know published APIs; a draft that was debugged may not be.
    names = dict(Api.objects.values_list("pk", "name"))
    for cached in found.values():
        cached.api_name = names.get(cached.api, "")
    return list(found.values())
