"""Kafka log push.

No broker comes with Debian or PyPI, so a stand-in speaks the protocol here: the mock
cluster of librdkafka, which producers and consumers of other makes talk to as well.
"""

import asyncio
import json
import ssl
import tempfile
import time
from collections.abc import Iterator
from typing import Any

import pytest
from confluent_kafka import OFFSET_BEGINNING, Consumer, Producer, TopicPartition

from gateway.policies import kafka
from gateway.policies.kafka_log import Config
from gateway.snapshot import Plugin
from tests.certificates import authority, issue
from tests.gateway.backends.wire import (
    OK,
    backend,
    call,
    publish,
    request,
    sending,
    serving,
    until,
)
from tests.gateway.policies.plugins import bound
from tests.gateway.policies.secured import secured
from tests.gateway.world import World


@pytest.fixture(scope="module")
def broker() -> Iterator[str]:
    """The address of a stand-in for a broker."""
    cluster = Producer({"bootstrap.servers": "", "test.mock.num.brokers": 1})
    known = cluster.list_topics(timeout=10)
    (one,) = known.brokers.values()
    yield f"{one.host}:{one.port}"
    del cluster


def received(broker: str, topic: str, number: int) -> list[dict[str, Any]]:
    """The next messages of a topic."""
    consumer = Consumer(
        {
            "bootstrap.servers": broker,
            "group.id": topic,
            "auto.offset.reset": "earliest",
        }
    )
    parts = consumer.list_topics(topic, timeout=10).topics[topic].partitions
    consumer.assign([TopicPartition(topic, n, OFFSET_BEGINNING) for n in parts])
    found: list[dict[str, Any]] = []
    end = time.monotonic() + 15
    while len(found) < number and time.monotonic() < end:
        message = consumer.poll(0.2)
        if message is not None and message.error() is None:
            found.append(json.loads(message.value() or b""))
    consumer.close()
    return found


def document(broker: str, topic: str = "calls", **more: Any) -> dict[str, Any]:
    return {"broker_list": [broker], "topic": topic} | more


def logged(
    world: World, broker: str, topic: str, sent: bytes, **more: Any
) -> dict[str, Any]:
    """The message about one call."""

    async def main() -> None:
        async with serving(world) as port, backend(sending(OK)) as peer:
            fields = more.pop("fields", {})
            policy = document(broker, topic, **more)
            publish(world, peer, plugins=bound(kafka_log=policy), **fields)
            await call(port, sent)
            await world.gateway.services.background.close()

    world.runner.run(main())
    (message,) = received(broker, topic, 1)
    return message


def test_a_call_is_told_with_the_usual_values(world: World, broker: str) -> None:
    sent = request("GET", "/orders?a=1", "User-Agent: test")
    message = logged(world, broker, "usual", sent)
    assert message["request_method"] == "GET"
    assert message["uri"] == "/orders"
    assert message["http_status"] == message["upstream_status"] == 200
    assert message["http_user_agent"] == "test"
    assert message["http_x_forwarded_for"] == "-"
    assert message["error_type"] == 0
    assert message["upstream_addr"].startswith("127.0.0.1:")
    assert "api_id" not in message and "request_header" not in message


def test_refused_calls_are_told_too(world: World, broker: str) -> None:
    fields = {"auth_type": "APP"}
    message = logged(world, broker, "refused", request(), fields=fields)
    assert message["http_status"] == 401
    assert message["upstream_status"] == "-"


def test_switches_and_filters_say_what_is_told(world: World, broker: str) -> None:
    meta = {
        "system": {"api_name": True, "host": False, "region_id": True},
        "call_data": {
            "log_request_header": True,
            "request_header_filter": "x-a, X-B*",
            "log_request_query_string": True,
            "log_request_body": True,
            "log_response_body": True,
            "log_response_header": True,
        },
    }
    sent = request(
        "POST",
        "/orders?a=1&a=2",
        "X-A: 1",
        "X-Bee: 2",
        "Authorization: secret",
        "Content-Length: 4",
        body=b"body",
    )
    message = logged(world, broker, "switches", sent, meta_config=meta)
    assert message["api_name"] == "api1"
    assert message["region_id"] == "-"
    assert "host" not in message
    assert message["request_header"] == {"x-a": "1", "x-bee": "2"}
    assert message["request_query_string"] == {"a": ["1", "2"]}
    assert (message["request_body"], message["response_body"]) == ("body", "ok")


def test_the_gateway_s_own_log_fields_are_told(world: World, broker: str) -> None:
    named = [("header", "X-A"), ("query", "q"), ("cookie", "c"), ("header", "X-None")]
    world.limit(custom_logs=tuple(named))
    flags = {f"custom_data_log{number:02}": True for number in (1, 2, 3, 4, 5)}
    sent = request("GET", '/orders?q=1"%2B', "X-A: a\\b", "Cookie: b=1; c=2")
    message = logged(world, broker, "custom", sent, meta_config={"system": flags})
    told = [message[name] for name in sorted(flags)]
    assert told == ["a\\x5Cb", "1\\x22 ", "2", "-", "-"]


def test_a_broker_that_hangs_delays_no_call_and_what_does_not_fit_is_counted(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kafka, "QUEUE", 5)
    monkeypatch.setattr(kafka, "_STOP", 0.1)
    dropped = kafka.metrics.LOGS_DROPPED._value.get()

    async def hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    async def main() -> float:
        server = await asyncio.start_server(hang, "127.0.0.1", 0)
        address = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
        async with serving(world) as port, backend(sending(OK)) as peer:
            plugins = bound(kafka_log=document(address))
            publish(world, peer, plugins=plugins)
            started = time.perf_counter()
            for _ in range(20):
                assert (await call(port)).status == 200
            spent = time.perf_counter() - started
            await world.gateway.services.background.close()
        server.close()
        return spent

    assert world.runner.run(main()) < 5
    assert kafka.metrics.LOGS_DROPPED._value.get() > dropped


def told(
    world: World, broker: str, topic: str, tls: ssl.SSLContext | None, **sasl: str
) -> list[tuple[str, str]]:
    """Log one call at a broker that wants `u` and `hush`; the tokens it was sent."""

    async def main() -> list[tuple[str, str]]:
        async with (
            serving(world) as port,
            backend(sending(OK)) as peer,
            secured(broker, "u", "hush", tls) as front,
        ):
            login = {"sasl_username": "u", "sasl_password": "hush"} | sasl
            policy = document(f"localhost:{front.port}", topic, sasl_config=login)
            publish(world, peer, plugins=bound(kafka_log=policy))
            assert (await call(port)).status == 200
            await until(lambda: bool(front.tries) or bool(refusing))
            await world.gateway.services.background.close()
            return front.tries

    refusing = tls is not None and sasl.get("ssl_ca_content") != authority().pem
    return world.runner.run(main())


def server_tls() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.NamedTemporaryFile("w") as file:
        pair = issue("localhost")
        file.write(pair.key_pem() + pair.pem)
        file.flush()
        context.load_cert_chain(file.name)
    return context


@pytest.mark.parametrize("protocol", ["SASL_PLAINTEXT", "SASL_SSL"])
def test_a_broker_may_ask_for_a_password_and_speak_tls(
    world: World, broker: str, protocol: str
) -> None:
    topic, tls, ca = protocol.lower(), None, {}
    if protocol == "SASL_SSL":
        tls, ca = server_tls(), {"ssl_ca_content": authority().pem}
    tokens = told(world, broker, topic, tls, security_protocol=protocol, **ca)
    assert set(tokens) == {("u", "hush")}
    [message] = received(broker, topic, 1)
    assert message["http_status"] == 200


def test_a_wrong_password_loses_messages_and_is_counted(
    world: World, broker: str
) -> None:
    lost = kafka.metrics.LOGS_DROPPED._value.get()
    sasl = {"security_protocol": "SASL_PLAINTEXT", "sasl_password": "guess"}
    assert set(told(world, broker, "wrong", None, **sasl)) == {("u", "guess")}
    assert kafka.metrics.LOGS_DROPPED._value.get() > lost


def test_no_password_is_sent_to_a_broker_that_another_ca_vouches_for(
    world: World, broker: str
) -> None:
    lost = kafka.metrics.LOGS_DROPPED._value.get()
    other = authority("Another CA").pem
    sasl = {"security_protocol": "SASL_SSL", "ssl_ca_content": other}
    assert told(world, broker, "another", server_tls(), **sasl) == []
    assert kafka.metrics.LOGS_DROPPED._value.get() > lost


def test_a_broker_that_is_away_delays_no_call(world: World) -> None:
    async def main() -> None:
        async with serving(world) as port, backend(sending(OK)) as peer:
            publish(world, peer, plugins=bound(kafka_log=document("127.0.0.1:1")))
            assert (await call(port)).status == 200
            await world.gateway.services.background.close()

    world.runner.run(main())


def test_nothing_shows_the_password() -> None:
    sasl = {
        "security_protocol": "SASL_PLAINTEXT",
        "sasl_username": "u",
        "sasl_password": "hush",
    }
    known = document("a:1", sasl_config=sasl)
    assert "hush" not in repr(Config.parse(known))
    assert "hush" not in repr(Plugin("p", "p", "kafka_log", json.dumps(known)))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"broker_list": []}, "broker_list: at least one host:port"),
        ({"broker_list": ["a"]}, "broker_list[0]: a is not host:port"),
        ({"topic": "a b"}, "topic: the name of a topic"),
        ({"max_retry_count": 6}, "max_retry_count: a whole number from 0 to 5"),
        ({"retry_backoff": 11}, "retry_backoff: a whole number from 1 to 10"),
        (
            {"sasl_config": {"security_protocol": "SSL"}},
            "sasl_config.security_protocol: one of",
        ),
        (
            {"sasl_config": {"security_protocol": "SASL_SSL"}},
            "sasl_config.sasl_username: it is required",
        ),
        (
            {"sasl_config": {"ssl_ca_content": "x"}},
            "sasl_config.ssl_ca_content: only with SASL_SSL",
        ),
        (
            {"meta_config": {"system": {"host": "yes"}}},
            "meta_config.system.host: true or false",
        ),
        (
            {"meta_config": {"call_data": {"log_request_body": 1}}},
            "meta_config.call_data.log_request_body: true or false",
        ),
    ],
)
def test_a_bad_document_is_refused_with_path_and_rule(
    change: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError) as refused:
        Config.parse(document("a:1") | change)
    assert message in str(refused.value)
