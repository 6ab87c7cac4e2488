"""A scenario as a pytest file that runs anywhere, and holds no secret.

What proves who calls comes from environment variables: keys and secrets, AppCodes,
tokens, headers that others could call with, and the values of identity sources.
"""

import re
from base64 import b64encode
from functools import cached_property
from pprint import pformat
from typing import Any
from urllib.parse import unquote_plus

from django.conf import settings
from django.core.exceptions import ValidationError
from django.template.loader import render_to_string

from console import addresses
from console.compile import Compiler
from console.debug import is_text
from console.models import AccessKey, AppCode, Authorizer, Credential, Scenario
from console.proofs import BY_DEBUGGER, BY_TOKEN
from console.replay.asked import DRAFT, Asked
from console.replay.sending import asks_for
from console.replay.signers import by_id
from gateway.access import SECRET
from gateway.snapshot import Snapshot

_SIGNED = ("APP", "IAM")


class Variables:
    """The environment variables that a file needs: what each is, never its value."""

    def __init__(self) -> None:
        # The case that is being written.
        self.case = ""
        self._names: dict[tuple[str, str], str] = {}
        self._meanings: dict[str, str] = {}
        self._cases: dict[str, list[str]] = {}

    @property
    def meanings(self) -> dict[str, str]:
        """What each is, and which cases read it."""
        said = {name: ", ".join(cases) for name, cases in self._cases.items()}
        return {n: f"{text} (of {said[n]})" for n, text in self._meanings.items()}

    def of(self, name: str, identity: str, meaning: str) -> dict[str, str]:
        """A reference to the variable of a value; the same value has the same one."""
        word = re.sub(r"[^A-Z0-9]+", "_", name.upper()).strip("_") or "VALUE"
        if (word, identity) not in self._names:
            taken = sum(known == word for known, _ in self._names)
            number = f"_{taken + 1}" if taken else ""
            self._names[word, identity] = f"CALL_{word}{number}"
        variable = self._names[word, identity]
        self._meanings.setdefault(variable, meaning)
        users = self._cases.setdefault(variable, [])
        if self.case not in users:
            users.append(self.case)
        return {"env": variable}


class Export:
    """What is in the file: `cases`, `variables` by name, names of cases `left_out`."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario, self._variables = scenario, Variables()
        sources = [s for a in Authorizer.objects.all() for s in a.identities]
        self._identities = {(s["location"], s["name"].lower()) for s in sources}
        self.cases: list[dict[str, Any]] = []
        self.left_out: list[str] = []
        for case in scenario.cases.all():
            asked = Asked.from_document(case.call)
            if asked.version == DRAFT:
                self.left_out.append(case.name)
                continue
            self._variables.case = case.name
            expected = {"status": case.status, "code": case.code}
            self.cases.append({"name": case.name} | self._call(asked) | expected)

    @property
    def variables(self) -> dict[str, str]:
        return self._variables.meanings

    @property
    def file_name(self) -> str:
        word = re.sub(r"[^A-Za-z0-9_]+", "", self.scenario.name) or self.scenario.pk
        return f"test_{word.lower()}.py"

    def text(self) -> str:
        """The file; ValidationError when no case can be in it."""
        if not self.cases:
            raise ValidationError(
                "There is no case to export: only the console can call a saved "
                "definition."
            )
        values = {
            "scenario": self.scenario,
            "cases": pformat(self.cases, width=84, sort_dicts=False),
            "variables": self.variables,
            "left_out": [ascii(name) for name in self.left_out],
            "http": repr(addresses.text(addresses.gateway("http"))),
            "https": repr(addresses.text(addresses.gateway("https"))),
            "ca": repr(str(settings.TLS_DIR / "ca.pem")),
        }
        return render_to_string("snippets/scenario.txt", values)

    def _call(self, asked: Asked) -> dict[str, Any]:
        headers: list[list[Any]] = [[n, self._header(n, v)] for n, v in asked.signable]
        headers += [[n.decode(), v.decode()] for n, v in asked.stage]
        body = asked.body
        return {
            "method": asked.method,
            "scheme": asked.scheme,
            "host": asked.host,
            "path": asked.path,
            "query": [self._pair(p) for p in asked.query.split("&") if p],
            "headers": headers,
            "body": body.decode() if is_text(body) else b64encode(body).decode(),
            "base64": not is_text(body),
        } | self._proof(asked)

    def _header(self, name: str, value: str) -> Any:
        identity = ("HEADER", name.lower()) in self._identities
        if identity or name.lower().encode() in SECRET:
            return self._variables.of(name, value, f"a value of the header {name}")
        return value

    def _pair(self, pair: str) -> Any:
        """A pair of the query as it is sent, or its name and a variable."""
        name, _, value = pair.partition("=")
        clear = unquote_plus(name)
        if ("QUERY", clear.lower()) not in self._identities:
            return pair
        meaning = f"a value of the query parameter {clear}, not encoded"
        return [name, self._variables.of(clear, value, meaning)]

    def _proof(self, asked: Asked) -> dict[str, Any]:
        """What signs the call, or is sent along: `sign` is [key, secret] or None."""
        match by_id(asked.signer):
            case Credential() as app:
                return {"sign": self._pair_of(app.name, f"credential {app.name}")}
            case AccessKey() as key:
                return {"sign": self._pair_of(f"{key}", f"the access key {key}")}
            case AppCode() as code:
                of, name = f"{code.app}", f"{code.app}_appcode"
                found = self._variables.of(name, code.pk, f"an AppCode of {of}")
                return {"sign": None, "proof": ["X-Apig-AppCode", found]}
            case str(word) if word == BY_TOKEN:
                found = self._variables.of("auth_token", "", "a token of IAM")
                return {"sign": None, "proof": ["X-Auth-Token", found]}
            case str(word) if word == BY_DEBUGGER and self._asks(asked) in _SIGNED:
                meaning = "a credential or access key that may call"
                return {"sign": self._pair_of("", meaning)}
        return {"sign": None}

    def _asks(self, asked: Asked) -> str:
        return asks_for(self._snapshot, asked)

    @cached_property
    def _snapshot(self) -> Snapshot:
        return Compiler().snapshot()

    def _pair_of(self, name: str, meaning: str) -> list[Any]:
        return [
            self._variables.of(f"{name}_key", meaning, f"the key of {meaning}"),
            self._variables.of(f"{name}_secret", meaning, f"the secret of {meaning}"),
        ]
