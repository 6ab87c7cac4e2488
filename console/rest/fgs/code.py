"""The code of functions (reference: auth.md section 10.4).

The client knows no drafts: what it uploads is deployed. Code that asks for packages
goes live when they are installed, and until then the previous deployment stays.
"""

import base64
import binascii
from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from console import builds, models
from console.rest.errors import Refusal
from console.rest.fgs.base import Fss, FunctionEndpoint
from console.rest.serializers import Text, Time
from gateway.functions.package import Files, PackageError, read_zip, write_zip

MAX_INLINE = 10 * 1024


class CodeSerializer(serializers.Serializer):
    """`file`: Base64 of one file's text (inline) or of a ZIP archive."""

    file = Text(required=False, allow_blank=True)


class UpdateSerializer(serializers.Serializer):
    code_type = Text()
    func_code = CodeSerializer(required=False)


def deploy(function: models.Function, kind: str, file: str | None, user: Any) -> None:
    """Make uploaded code live; without any, the code that a function starts with."""
    if file:
        function.write(_files(function, kind, _decoded(file)))
        function.save_valid()
    elif kind not in ("inline", "zip"):
        raise _unknown(kind)
    builds.start(function, user)


def digest(package: models.Package) -> str:
    return str(package.code_hash)


def _decoded(file: str) -> bytes:
    try:
        return base64.b64decode(file, validate=True)
    except (binascii.Error, ValueError):
        raise Fss.parameter("func_code.file", text="it is not Base64") from None


def _files(function: models.Function, kind: str, content: bytes) -> Files:
    if kind == "zip":
        try:
            return read_zip(content)
        except PackageError as error:
            raise Refusal(400, "FSS.1011", str(error)) from None
    if kind != "inline":
        raise _unknown(kind)
    if len(content) > MAX_INLINE:
        raise Refusal(413, "FSS.1072", "The inline code is larger than 10 KB.")
    extension = "js" if function.runtime.startswith("Node") else "py"
    return {f"{function.handler.partition('.')[0]}.{extension}": content}


def _unknown(kind: str) -> Refusal:
    return Fss.parameter("code_type", text=f"{kind}: inline and zip are supported")


class Code(FunctionEndpoint):
    verbs = {"retrieve": "view"}

    def retrieve(self, request: Request, **kwargs: Any) -> Response:
        named = self.named
        return Response(_show(named.function, named.version))

    def update(self, request: Request, **kwargs: Any) -> Response:
        given = UpdateSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        function, data = self.named.function, given.validated_data
        file = data.get("func_code", {}).get("file")
        if not file:
            raise Refusal(400, "FSS.1012", "The code is missing: func_code.file")
        deploy(function, data["code_type"], file, request.user)
        return Response(_show(function, None))


def _show(function: models.Function, version: models.Version | None) -> dict[str, Any]:
    package = version.package if version else function.draft
    files = dict(package.files())
    single = len(files) == 1
    content = next(iter(files.values())) if single else write_zip(files)
    changed = version.create_time if version else function.last_modified
    return {
        "func_urn": f"{function.func_urn}:{version or 'latest'}",
        "func_name": function.func_name,
        "runtime": function.runtime,
        "code_type": "inline" if single else "zip",
        "code_size": package.code_size,
        "digest": digest(package),
        "last_modified": Time().to_representation(changed),
        "func_code": {"file": base64.b64encode(content).decode()},
    }
