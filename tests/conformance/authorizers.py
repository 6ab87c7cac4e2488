"""Custom authorizers, as the official client handles them."""

from tests.conformance.run import Run

_SHOWN = "show_details_of_custom_authorizers_v2"


def play(run: Run, function_urn: str) -> None:
    body = {
        "name": "guard",
        "type": "FRONTEND",
        "authorizer_type": "FUNC",
        "authorizer_uri": f"{function_urn}:latest",
        "network_type": "V1",
        "identities": [{"name": "token", "location": "HEADER", "validation": "^a"}],
        "ttl": 5,
        "user_data": "u",
        "need_body": True,
    }
    made = run.call("create_custom_authorizer_v2", body)
    one = {"authorizer_id": made.id}
    run.call(_SHOWN, shown=body, **one)
    changed = body | {"ttl": 6, "authorizer_uri": function_urn, "need_body": False}
    changed |= {"authorizer_version": "latest"}
    run.call("update_custom_authorizer_v2", changed, **one)
    run.call(_SHOWN, shown=changed, **one)
    by = {"id": made.id, "name": "guard", "type": "FRONTEND"}
    listed = changed | {"id": made.id}
    run.find("list_custom_authorizers_v2", "authorizer_list", listed, by)
    run.call("delete_custom_authorizer_v2", **one)
    run.refused(_SHOWN, "APIG.3081", **one)
