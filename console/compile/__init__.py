"""Rows to a snapshot: the only package that knows both planes."""

from console.compile.compiler import Compiler
from console.compile.functions import callee, function, target, version
from console.compile.users import user

__all__ = ["Compiler", "callee", "function", "target", "user", "version"]
