"""The operations of functions: one line each, as in the table of APIG.

A path starts below `/v2/{project_id}/fgs` (reference: auth.md section 10.4).
"""

from console.rest.fgs import code, event, function, invocation, version
from console.rest.table import Operation, patterns

ROOT = "/v2/{project_id}/fgs"

# fmt: off
OPERATIONS = tuple(Operation(ROOT, *row) for row in (
    ("GET", "/functions", "list_functions", function.Functions, "list"),
    ("POST", "/functions", "create_function", function.Functions, "create"),
    ("POST", "/functions/import", "import_function", function.Functions, "load"),
    ("GET", "/functions/{function_urn}/export", "export_function", function.Functions, "export"),
    ("DELETE", "/functions/{function_urn}", "delete_function", function.Functions, "destroy"),
    ("GET", "/functions/{function_urn}/config", "show_function_config", function.Configuration, "retrieve"),
    ("PUT", "/functions/{function_urn}/config", "update_function_config", function.Configuration, "update"),
    ("PUT", "/functions/{function_urn}/config-max-instance", "update_function_max_instance_config", function.Configuration, "limit"),
    ("GET", "/functions/{function_urn}/code", "show_function_code", code.Code, "retrieve"),
    ("PUT", "/functions/{function_urn}/code", "update_function_code", code.Code, "update"),
    ("POST", "/functions/{function_urn}/invocations", "invoke_function", invocation.Invocations, "create"),
    ("POST", "/functions/{function_urn}/invocations-async", "async_invoke_function", invocation.Invocations, "start"),
    ("GET", "/functions/{function_urn}/versions", "list_function_versions", version.Versions, "list"),
    ("POST", "/functions/{function_urn}/versions", "create_function_version", version.Versions, "create"),
    ("GET", "/functions/{function_urn}/aliases", "list_version_aliases", version.Aliases, "list"),
    ("POST", "/functions/{function_urn}/aliases", "create_version_alias", version.Aliases, "create"),
    ("GET", "/functions/{function_urn}/aliases/{alias_name}", "show_version_alias", version.Aliases, "retrieve"),
    ("PUT", "/functions/{function_urn}/aliases/{alias_name}", "update_version_alias", version.Aliases, "update"),
    ("DELETE", "/functions/{function_urn}/aliases/{alias_name}", "delete_version_alias", version.Aliases, "destroy"),
    ("GET", "/functions/{function_urn}/events", "list_events", event.Events, "list"),
    ("POST", "/functions/{function_urn}/events", "create_event", event.Events, "create"),
    ("GET", "/functions/{function_urn}/events/{event_id}", "show_event", event.Events, "retrieve"),
    ("PUT", "/functions/{function_urn}/events/{event_id}", "update_event", event.Events, "update"),
    ("DELETE", "/functions/{function_urn}/events/{event_id}", "delete_event", event.Events, "destroy"),
    ("GET", "/dependencies", "list_dependencies", function.Dependencies, "list"),
    ("GET", "/quotas", "list_quotas", function.Quotas, "list"),
))
# fmt: on

urlpatterns = patterns(OPERATIONS)
