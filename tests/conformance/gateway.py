"""The gateway itself, as the official client handles it."""

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.conformance.compare import Some, plain
from tests.conformance.run import Run

# What may be said again as it is: a feature changes once a minute at most.
FEATURES = {
    "app_route": "off",
    "app_basic": "off",
    "app_secret": "off",
    "app_api_key": "off",
    "request_body_size": "12582912",
}


def play(run: Run) -> None:
    described(run)
    tags(run)
    features(run)
    limits(run)


def described(run: Run) -> None:
    shown = "show_details_of_instance_v2"
    known = plain(run.call(shown, shown={"id": Some(), "status": "Running"}))
    fields = ("instance_name", "description", "maintain_begin", "maintain_end")
    before = {field: known[field] for field in fields}
    other = {"instance_name": "conformance", "description": "d"}
    run.call("update_instance_v2", other)
    run.call(shown, shown=other)
    listed = {"id": known["id"], "instance_name": "conformance"}
    by = {"instance_name": "conformance", "status": "Running"}
    run.find("list_instances_v2", "instances", listed, by)
    run.call("update_instance_v2", before)
    ready = {"progress": 100, "status": "success"}
    run.call("show_details_of_instance_progress_v2", shown=ready)
    run.call("show_restriction_of_instance_v2", shown={"restrict_cidrs": []})
    run.find("list_available_zones_v2", "available_zones", {"code": "local-1"})


def tags(run: Run) -> None:
    tag, change = (
        {"key": "stage", "value": "test"},
        "batch_create_or_delete_instance_tags",
    )
    run.call(change, {"action": "create", "tags": [tag]})
    run.find("list_instance_tags", "tags", tag)
    many = {"key": "stage", "values": ["test"]}
    run.find("list_project_instance_tags", "tags", many)
    for values, count in (["test"], 1), (["live"], 0):
        wanted = {"tags": [many | {"values": values}]}
        run.call("show_instances_num_by_tags", wanted, {"total_count": count})
        found: dict[str, Any] = {"total_count": count}
        found["resources"] = [{"tags": [tag]}] * count
        run.call("list_instances_by_tags", wanted, found)
    run.call(change, {"action": "delete", "tags": [tag]})
    run.lacks("list_instance_tags", "tags", tag)


def features(run: Run) -> None:
    """What is configured is said again: nothing changes for whoever uses it."""
    run.find("list_instance_features", "features", "multi_auth")
    known = {row["name"]: row for row in run.rows("list_features_v2", "features")}
    name = next(name for name in FEATURES if _may_change(known.get(name)))
    row = known.get(name) or {"enable": False, "config": FEATURES[name]}
    body = {"name": name, "enable": row["enable"], "config": row["config"]}
    run.call("create_feature_v2", body, {"id": Some(), "update_time": Some()})
    run.refused("create_feature_v2", "APIG.3711", body)
    run.find("list_features_v2", "features", body)


def _may_change(row: dict[str, Any] | None) -> bool:
    """Not within a minute of the last change."""
    if row is None:
        return True
    last = datetime.fromisoformat(row["update_time"])
    return datetime.now(UTC) - last > timedelta(minutes=1, seconds=1)


def limits(run: Run) -> None:
    one = {"config_name": "API_NUM_LIMIT_PER_GROUP", "config_value": Some()}
    for operation in "list_instance_configs_v2", "list_project_cofigs_v2":
        run.find(operation, "configs", one)
