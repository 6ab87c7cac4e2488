"""Load balance channels, as the official client handles them."""

from typing import Any

from tests.conformance.run import Run

HEALTH = {
    "protocol": "HTTP",
    "path": "/health",
    "method": "HEAD",
    "port": 8081,
    "threshold_normal": 3,
    "threshold_abnormal": 4,
    "timeout": 2,
    "time_interval": 20,
    "http_code": "200,201,210-299",
    "enable_client_ssl": False,
    "status": 2,
}
GROUP = {"member_group_name": "blue", "member_group_weight": 7, "dict_code": "code_b"}
MEMBER = {"host": "192.0.2.1", "port": 8080, "weight": 5, "member_group_name": "blue"}
BODY: dict[str, Any] = {
    "name": "channel",
    "port": 80,
    "balance_strategy": 1,
    "member_type": "ip",
    "type": 2,
    "vpc_channel_type": "builtin",
    "dict_code": "code",
    "member_groups": [GROUP],
    "members": [MEMBER],
    "vpc_health_config": HEALTH,
}
_SHOWN = "show_details_of_vpc_channel_v2"


def play(run: Run) -> None:
    made = run.call("create_vpc_channel_v2", BODY)
    at = {"vpc_channel_id": made.id}
    run.call(_SHOWN, shown=BODY, **at)
    changed = BODY | {"port": 81, "balance_strategy": 2}
    run.call("update_vpc_channel_v2", changed, **at)
    run.call(_SHOWN, shown=changed, **at)
    group = made.member_groups[0].member_group_id
    by = {"id": made.id, "name": "channel", "dict_code": "code"}
    by |= {"member_host": "192.0.2.1", "member_port": 8080}
    by |= {"member_group_name": "blue", "member_group_id": group}
    by |= {"vpc_channel_type": "builtin"}
    listed = {"id": made.id, "name": "channel", "port": 81, "member_groups": [GROUP]}
    run.find("list_vpc_channels_v2", "vpc_channels", listed, by)
    health = HEALTH | {"path": "/other", "timeout": 3}
    run.call("update_health_check", health, at, **at)
    run.call(_SHOWN, shown={"vpc_health_config": health}, **at)
    groups(run, at)
    members(run, at, group)
    run.call("delete_vpc_channel_v2", **at)
    run.refused(_SHOWN, "APIG.3023", **at)


def groups(run: Run, at: dict[str, str]) -> None:
    bodies = [
        {
            "member_group_name": name,
            "member_group_weight": 1,
            "dict_code": f"code_{name}",
        }
        for name in ("green", "red")
    ]
    made = run.call("create_member_group", {"member_groups": bodies}, **at)
    one = at | {"member_group_id": made.member_groups[0].member_group_id}
    shown = "show_details_of_member_group"
    run.call(shown, shown=bodies[0], **one)
    changed = bodies[0] | {"member_group_weight": 9, "member_group_remark": "r"}
    run.call("update_member_group", changed, **one)
    run.call(shown, shown=changed, **one)
    by = {"member_group_name": "green", "dict_code": "code_green"}
    run.find("list_member_groups", "member_groups", changed, by, **at)
    run.call("delete_member_group", **one)
    run.refused(shown, "APIG.3024", **one)


def members(run: Run, at: dict[str, str], group: str) -> None:
    other = {"host": "192.0.2.2", "port": 8081, "weight": 3, "is_backup": True}
    other |= {"ecs_id": "ecs", "ecs_name": "server", "status": 1}
    listed = ("list_backend_instances_v2", "members")
    run.call("adding_backend_instances_v2", {"members": [other]}, **at)
    run.find(*listed, other, {"name": "server"}, **at)
    by = {"member_group_name": "blue", "member_group_id": group}
    run.find(*listed, MEMBER | {"member_group_id": group}, by, **at)
    changed = [other | {"weight": 4}, MEMBER]
    run.call("update_backend_instances_v2", {"members": changed}, **at)
    row = run.find(*listed, changed[0], **at)
    ids, one = {"member_ids": [row["id"]]}, {"id": row["id"]}
    run.call("batch_disable_members", ids, **at)
    run.find(*listed, one | {"status": 2}, **at)
    run.call("batch_enable_members", ids, **at)
    run.find(*listed, one | {"status": 1}, **at)
    run.call("delete_backend_instance_v2", member_id=row["id"], **at)
    run.lacks(*listed, one, **at)
