"""The answer to "why was this signature refused?", with the secrets left out."""

import hmac
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from console import models
from console.signature import compare
from console.signature.attempt import Evidence, expected
from console.signature.compare import Row
from console.signature.mistakes import Secret
from console.signature.solver import Solution, solve
from gateway import signing


@dataclass(frozen=True)
class Diagnosis:
    """`verdict` in one sentence, `advice` what to change, `rows` the comparison.

    `signature` and `wanted` are the client's and the expected one; the latter is
    blank when the key is unknown.
    """

    verdict: str
    ok: bool = False
    advice: list[str] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    credential: models.Credential | None = None
    signature: str = ""
    wanted: str = ""
    clock: str | None = None


def diagnose(
    evidence: Evidence, canonical: str = "", now: float | None = None
) -> Diagnosis:
    """Compare a request with its signature.

    `canonical` is the canonical request that the client printed, if it can; `now`
    is the time at which the request arrived.
    """
    moment = time.time() if now is None else now
    key = evidence.given.access
    app = models.Credential.objects.filter(app_key=key).first()
    if app is None:
        return Diagnosis(
            f"No credential has the key {key}.",
            advice=["Look the key up on the credential's page; it is never the name."],
            rows=compare.rows(expected(evidence, b""), None)[:-2],
            signature=evidence.given.signature,
            clock=compare.clock(evidence, moment),
        )
    return _of(evidence, app, canonical, moment)


def _of(
    evidence: Evidence, app: models.Credential, canonical: str, now: float
) -> Diagnosis:
    secret = app.app_secret.encode()
    honest = expected(evidence, secret)
    wrong_list = _wrong_list(evidence)
    solution = solve(evidence, secret, list(_others(app)))
    printed = canonical.replace("\r\n", "\n").rstrip("\n")
    verdict, advice = _verdict(app, solution, printed == honest.canonical)
    clock = compare.clock(evidence, now)
    rows = compare.rows(honest, solution.attempt if solution else None)
    if canonical and not (solution and solution.mistakes):
        rows = compare.given_rows(honest, canonical)
    right = hmac.compare_digest(honest.signature, evidence.given.signature.lower())
    return Diagnosis(
        wrong_list or verdict,
        ok=right and not clock and not wrong_list,
        advice=advice,
        rows=rows,
        credential=app,
        signature=evidence.given.signature,
        wanted=honest.signature,
        clock=clock,
    )


def _verdict(
    app: models.Credential, solution: Solution | None, agreed: bool
) -> tuple[str, list[str]]:
    if solution is None:
        text = f"The signature was not made with the secret of {app.name}, or of "
        text += "something else than what arrived."
        if agreed:
            text = "The canonical requests agree, so the secret differs: the client "
            text += f"does not sign with the secret of {app.name}."
        return text, [
            "Compare the client's canonical request with the expected one, line by "
            "line; most clients can print it.",
            "Copy the secret again, or reset it.",
        ]
    if not solution.mistakes:
        return "The signature is right.", []
    what = " and ".join(m.what for m in solution.mistakes)
    return f"{what[0].upper()}{what[1:]}.", [m.fix for m in solution.mistakes]


def _wrong_list(evidence: Evidence) -> str:
    """What is wrong with SignedHeaders itself: it decides before any signature."""
    try:
        names = signing.signed_names(evidence.given.signed_headers)
        signing.canonical_headers(names, evidence.request.headers)
    except signing.SignatureError as error:
        text = str(error)
        return f"{text[0].upper()}{text[1:]}."
    return ""


def _others(app: models.Credential) -> Iterator[Secret]:
    """Secrets that a client may have taken for this credential's."""
    for old in app.previous_secrets.get("secrets", []):
        yield Secret(f"the secret {app.name} had before a reset", old.encode())
    for other in models.Credential.objects.exclude(pk=app.pk):
        whose = f"the secret of the credential {other.name}"
        yield Secret(whose, other.app_secret.encode())
