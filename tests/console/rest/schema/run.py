"""schemathesis, told where the console is and as whom to call.

For as long as one likes, beside a console that runs:
`manage.py accesskey admin --json | python -m tests.console.rest.schema.run --max-time
1200`
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

import requests

from gateway import signing
from gateway.http import Headers, Request

ROOT = Path(__file__).resolve().parents[4]
# These would need to know which ids there are, and which names are taken.
_NOT = "negative_data_rejection,positive_data_acceptance"


class Signed(requests.auth.AuthBase):
    """Signs a request when it is ready to be sent, as the official clients do."""

    def __init__(self, key: Mapping[str, str]) -> None:
        self._access = key["access_key"]
        self._key = signing.Key(key["secret_key"].encode())

    def __call__(self, sent: requests.PreparedRequest) -> requests.PreparedRequest:
        url, body = urlsplit(sent.url or ""), sent.body or b""
        request = Request(
            sent.method or "GET",
            url.path,
            url.query,
            Headers([(b"host", url.netloc.encode())]),
            body=body.encode() if isinstance(body, str) else body,
        )
        for name, value in signing.sign(request, self._access, self._key, time.time()):
            sent.headers[name.decode()] = value.decode()
        return sent


def fuzz(
    key: Mapping[str, str], *options: str, quiet: bool = False
) -> subprocess.CompletedProcess[str]:
    """Run it in a folder of its own; `key` is what `manage.py accesskey` prints."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"{key['endpoint']}/api/schema/"
        description = Path(folder, "openapi.json")
        description.write_text(requests.get(url, auth=Signed(key), timeout=60).text)
        environment = {
            "SCHEMATHESIS_HOOKS": "tests.console.rest.schema.fuzz",
            "SALLYPORT_FUZZ": json.dumps(key),
            "PYTHONPATH": str(ROOT),
        }
        words = [
            str(Path(sys.executable).with_name("schemathesis")),
            *("--no-color", "run", str(description)),
            *("--url", key["endpoint"], "--exclude-checks", _NOT),
            *("--continue-on-failure", "--no-shrink", "--request-timeout", "60"),
            *("--generation-database", "none", "--suppress-health-check", "all"),
        ]
        return subprocess.run(
            [*words, *options],
            cwd=folder,
            env=os.environ | environment,
            stdout=subprocess.PIPE if quiet else None,
            stderr=subprocess.STDOUT if quiet else None,
            text=True,
        )


if __name__ == "__main__":
    sys.exit(fuzz(json.load(sys.stdin), *sys.argv[1:]).returncode)
