"""Health checks of a channel: what may be asked for."""

from typing import Any

import pytest

from gateway.snapshot import HealthCheck

TCP: dict[str, Any] = {
    "protocol": "TCP",
    "threshold_normal": 2,
    "threshold_abnormal": 5,
    "timeout": 5,
    "time_interval": 10,
}
HTTP = TCP | {"protocol": "HTTP", "path": "/up", "http_code": "200, 210-299"}


def test_a_check_is_read_and_a_switched_off_one_is_none() -> None:
    check = HealthCheck.parse(HTTP | {"port": 8080})
    assert check is not None
    assert (check.path, check.port, check.method) == ("/up", 8080, "GET")
    assert check.http_code == ((200, 200), (210, 299))
    assert HealthCheck.parse(TCP) is not None
    assert HealthCheck.parse(TCP | {"status": 2}) is None


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"protocol": "UDP"}, "protocol: one of TCP, HTTP, HTTPS"),
        ({"timeout": 10}, "timeout: smaller than time_interval"),
        ({"timeout": 31, "time_interval": 60}, "timeout: a whole number from 1 to 30"),
        ({"time_interval": 301}, "time_interval: a whole number from 1 to 300"),
        ({"threshold_normal": 0}, "threshold_normal: a whole number from 1 to 10"),
        ({"threshold_abnormal": 11}, "threshold_abnormal: a whole number"),
        ({"port": 65_536}, "port: a whole number from 0 to 65535"),
        ({"method": "POST"}, "method: one of GET, HEAD"),
        ({"path": "up"}, "path: a path"),
        ({"path": "/a b"}, "path: a path"),
        ({"http_code": ""}, "http_code: it must not be empty"),
        ({"http_code": "200,x"}, "http_code: codes and ranges"),
        ({"http_code": "299-200"}, "http_code: codes and ranges"),
        ({"http_code": "99"}, "http_code: codes and ranges"),
        ({"enable_client_ssl": True}, "enable_client_ssl: only with HTTPS"),
        ({"status": 3}, "status: a whole number from 1 to 2"),
    ],
)
def test_a_wrong_check_is_refused_with_its_rule(
    change: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError) as refused:
        HealthCheck.parse(HTTP | change)
    assert message in str(refused.value)
