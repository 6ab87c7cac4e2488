"""APIs as OpenAPI documents, 2.0 and 3.0 (reference: api.md section 9).

Each part of a definition has a module that writes and reads it; `exporting` and
`importing` put the parts together.
"""

from console.openapi.exporting import Wanted, export
from console.openapi.files import Unreadable, file_name
from console.openapi.importing import Mode, Report, load, may_import

__all__ = [
    "Mode",
    "Report",
    "Unreadable",
    "Wanted",
    "export",
    "file_name",
    "load",
    "may_import",
]
