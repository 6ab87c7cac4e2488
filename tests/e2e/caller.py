"""A program that calls an API: the vendor's signer, a plain HTTP client."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import requests
from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkcore.sdk_request import SdkRequest
from huaweicloudsdkcore.signer.signer import Signer

from tests.e2e.product import WAIT, Product

TOKEN = "Basic dXNlcjE6cGFzc3dvcmQ="
TEST = "user@123"


@dataclass(frozen=True)
class Caller:
    """Whom to call and as whom; the documented values unless told otherwise.

    It connects to `url`, as names below .localhost need not resolve, and names the
    API group in `host`.
    """

    url: str
    host: str
    path: str
    app_key: str
    app_secret: str
    ca: str

    @classmethod
    def of(cls, product: Product, facts: Mapping[str, Any]) -> "Caller":
        """The caller that `manage.py demo --json` describes."""
        return cls(
            facts["gateway_url"],
            facts["host"],
            facts["path"],
            facts["app_key"],
            facts["app_secret"],
            product.ca,
        )

    def call(
        self, *, query: Mapping[str, str] | None = None, **headers: str | None
    ) -> requests.Response:
        """Call, signed by the vendor's SDK; a header that is None is left out."""
        request = self._signed({"test": TEST} if query is None else query, headers)
        return self.send(request.uri, request.header_params)

    def call_altered(self) -> requests.Response:
        """Call with a query that is not the signed one."""
        request = self._signed({"test": TEST}, {})
        return self.send(f"{request.uri}&more=1", request.header_params)

    def call_unsigned(self) -> requests.Response:
        return self.send(f"{self.path}?test={TEST}", {"token": TOKEN})

    def send(self, uri: str, headers: Mapping[str, str]) -> requests.Response:
        with requests.Session() as session:
            session.trust_env = False
            return session.get(
                self.url + uri,
                headers={"Host": self.host, **headers},
                verify=self.ca,
                timeout=WAIT,
            )

    def with_secret(self, secret: str) -> "Caller":
        return replace(self, app_secret=secret)

    def _signed(
        self, query: Mapping[str, str], headers: Mapping[str, str | None]
    ) -> Any:
        named = {"token": TOKEN} | dict(headers)
        request = SdkRequest(
            method="GET",
            schema=self.url.partition(":")[0],
            host=self.host,
            resource_path=self.path,
            query_params=list(query.items()),
            header_params={k: v for k, v in named.items() if v is not None},
            body="",
        )
        return Signer(BasicCredentials(self.app_key, self.app_secret, "p")).sign(
            request
        )


def refusal(response: requests.Response) -> tuple[int, str]:
    """Status and error code of a refused call."""
    return response.status_code, response.json()["error_code"]
