"""API definitions: the model, and the rules of its nested documents."""

from console.models.api.api import CONTENT_TYPES, METHODS, Api
from console.models.api.paths import check_path, path_shape, placeholders, route
from console.models.api.use import BackendUse

__all__ = [
    "CONTENT_TYPES",
    "METHODS",
    "Api",
    "BackendUse",
    "check_path",
    "path_shape",
    "placeholders",
    "route",
]
