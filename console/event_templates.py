"""Templates of test events: the shape of what each source sends (auth.md 10.5)."""

import json
from typing import Any, NamedTuple

_REGION, _PROJECT = "local", "5a11e904700040008000000000000001"


class Template(NamedTuple):
    """Its label, the start of an event's proposed name, the event."""

    label: str
    start: str
    event: Any

    @property
    def content(self) -> str:
        return json.dumps(self.event, indent=2) + "\n"


def _smn(text: str) -> dict[str, Any]:
    return {
        "topic_urn": f"urn:smn:{_REGION}:{_PROJECT}:example",
        "message_id": "a51671f77d4a479cacb09e2cd591a983",
        "type": "notification",
        "subject": "Example",
        "message": text,
        "timestamp": "2026-01-31T08:00:00Z",
    }


def _kafka(trigger: str) -> dict[str, Any]:
    message = {"messages": ["first message", "second message"], "topic_id": "example"}
    return {
        "event_version": "v1.0",
        "event_time": 1769846400,
        "trigger_type": trigger,
        "region": _REGION,
        "instance_id": "81335d56-b9fe-4679-ba95-7030949cc76b",
        "records": [message],
    }


TEMPLATES = {
    "blank": Template("Blank", "blank", {"key": "value"}),
    "apig": Template(
        "API Gateway (Dedicated)",
        "apig",
        {
            "body": "",
            "requestContext": {
                "apiId": "bc1dcffd-aa35-474d-897c-d53425a4c08e",
                "requestId": "11cdcdcf33949dc6d722640a13091c77",
                "stage": "RELEASE",
            },
            "queryStringParameters": {"responseType": "html"},
            "httpMethod": "GET",
            "pathParameters": {},
            "headers": {
                "accept": "application/json",
                "host": "example.apig.localhost",
                "user-agent": "curl/8.0",
                "x-forwarded-for": "203.0.113.7",
                "x-forwarded-port": "443",
                "x-forwarded-proto": "https",
                "x-real-ip": "203.0.113.7",
            },
            "path": "/apig-event-template",
            "isBase64Encoded": True,
        },
    ),
    "cts": Template(
        "CTS",
        "cts",
        {
            "cts": {
                "time": 1769846400000,
                "user": {"name": "example", "id": "0a1b2c", "domain": {"name": "org"}},
                "request": {},
                "response": {},
                "code": 204,
                "service_type": "FunctionGraph",
                "resource_type": "graph",
                "resource_name": "workflow",
                "trace_name": "startGraph",
                "trace_type": "ConsoleAction",
                "trace_status": "normal",
            }
        },
    ),
    "dds": Template(
        "DDS",
        "dds",
        {
            "event_version": "1.0",
            "event_source": "dds",
            "region": _REGION,
            "records": [
                {
                    "event_source": "dds",
                    "event_name": "insert",
                    "region": _REGION,
                    "dds": {
                        "full_document": '{"_id": 1, "name": "example"}',
                        "ns": {"db": "functions", "coll": "person"},
                        "size_bytes": 100,
                        "token": "0",
                    },
                }
            ],
        },
    ),
    "lts": Template("LTS", "lts", {"lts": {"data": "eyJsb2dzIjpbImEgbGluZSJdfQ=="}}),
    "obs": Template(
        "OBS",
        "obs",
        {
            "Records": [
                {
                    "eventVersion": "2.0",
                    "eventTime": "2026-01-31T08:00:00Z",
                    "eventName": "ObjectCreated:Put",
                    "eventRegion": _REGION,
                    "requestParameters": {"sourceIPAddress": "203.0.113.7"},
                    "obs": {
                        "Version": "1.0",
                        "configurationId": "example",
                        "bucket": {"name": "example", "bucket": "example"},
                        "object": {
                            "key": "photos/example.png",
                            "eTag": "0123456789abcdef",
                            "size": 1024,
                            "versionId": "1",
                            "sequencer": "1",
                        },
                    },
                }
            ]
        },
    ),
    "smn": Template(
        "SMN",
        "smn",
        {
            "record": [
                {
                    "event_version": "1.0",
                    "event_subscription_urn": "urn:fss:local:p:function:default:f",
                    "smn": _smn("an example message"),
                }
            ],
            "functionname": "example",
            "requestId": "7c307f6a-cf68-4e65-8be0-4c77405a1b2c",
            "timestamp": "2026-01-31T08:00:00Z",
        },
    ),
    "timer": Template(
        "Timer",
        "timer",
        {
            "version": "v2.0",
            "time": "2026-01-31T08:00:00Z",
            "trigger_type": "TIMER",
            "trigger_name": "Timer_001",
            "user_event": "what the trigger says",
        },
    ),
    "kafka": Template("Kafka", "kafka", _kafka("KAFKA")),
    "opensource-kafka": Template(
        "Kafka (open source)", "kafka", _kafka("OPENSOURCE_KAFKA")
    ),
    "rocketmq": Template(
        "RocketMQ",
        "rocketmq",
        {
            "event_version": "v1.0",
            "trigger_type": "ROCKETMQ",
            "region": _REGION,
            "instance_id": "81335d56-b9fe-4679-ba95-7030949cc76b",
            "records": [
                {
                    "messages": [{"body": "an example message", "tag": "example"}],
                    "topic_id": "example",
                }
            ],
        },
    ),
}
