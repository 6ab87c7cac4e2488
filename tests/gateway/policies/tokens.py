"""Keys and tokens to test with."""

import json
import time
from functools import cache
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

_CURVES: dict[str, Any] = {
    "256": ec.SECP256R1,
    "384": ec.SECP384R1,
    "512": ec.SECP521R1,
}


@cache
def private(kid: str, kind: str = "RS256") -> Any:
    if kind.startswith("RS"):
        return rsa.generate_private_key(65_537, 2048)
    return ec.generate_private_key(_CURVES[kind[2:]]())


def jwk(kid: str, kind: str = "RS256", **more: Any) -> dict[str, Any]:
    """The public key as a JWK."""
    public = private(kid, kind).public_key()
    algorithm: Any = RSAAlgorithm if kind.startswith("RS") else ECAlgorithm
    return json.loads(algorithm.to_jwk(public)) | {"kid": kid} | more


def jwks(*keys: dict[str, Any]) -> str:
    return json.dumps({"keys": list(keys)})


def token(
    kid: str | None = "k1", kind: str = "RS256", key: Any = None, **claims: Any
) -> str:
    known = {"sub": "me", "exp": int(time.time()) + 600}
    claims = {k: v for k, v in (known | claims).items() if v is not None}
    headers = {"kid": kid} if kid else {}
    signer = key if key is not None else private(kid or "k1", kind)
    return jwt.encode(claims, signer, algorithm=kind, headers=headers)
