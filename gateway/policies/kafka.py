"""A producer of messages to one Kafka topic, behind a bounded queue."""

import asyncio
import logging
import socket
import ssl
from collections import deque
from dataclasses import dataclass, field

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from gateway import metrics
from gateway.guard import Guard
from gateway.policies.document import Part
from gateway.server import parse_address

PROTOCOLS = ("PLAINTEXT", "SASL_PLAINTEXT", "SASL_SSL")
# Messages that may wait, how many go at once, and how long a broker may take (s).
QUEUE, BATCH, PATIENCE = 10_000, 500, 10.0
_STOP = 2.0
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Target:
    """Where messages go, and how a broker is spoken to. `backoff` is in seconds."""

    brokers: tuple[str, ...]
    topic: str
    key: bytes | None
    retries: int
    backoff: int
    protocol: str
    user: str
    password: str = field(repr=False)
    ca: str

    @classmethod
    def parse(cls, part: Part) -> "Target":
        brokers = part.texts("broker_list", most=100, length=255)
        if not brokers:
            raise part.refuse("broker_list", "at least one host:port")
        for number, broker in enumerate(brokers):
            try:
                parse_address(broker)
            except ValueError:
                rule = f"{broker} is not host:port"
                raise part.refuse(f"broker_list[{number}]", rule) from None
        sasl = part.part("sasl_config") if part.has("sasl_config") else Part({})
        protocol = sasl.choice("security_protocol", PROTOCOLS, "PLAINTEXT")
        sasl.choice("sasl_mechanisms", ("PLAIN", ""), "PLAIN")
        secured = protocol != "PLAINTEXT"
        ca = sasl.text("ssl_ca_content", "")
        if ca and protocol != "SASL_SSL":
            raise sasl.refuse("ssl_ca_content", "only with SASL_SSL")
        if ca:
            try:
                ssl.create_default_context(cadata=ca)
            except (ssl.SSLError, ValueError):
                rule = "a certificate in PEM"
                raise sasl.refuse("ssl_ca_content", rule) from None
        key = part.text("key", "", most=1024)
        return cls(
            brokers,
            part.text(
                "topic", most=249, pattern=r"[\w.-]+", rule="the name of a topic"
            ),
            key.encode() or None,
            part.number("max_retry_count", 0, low=0, high=5),
            part.number("retry_backoff", 1, low=1, high=10),
            protocol,
            sasl.text("sasl_username", most=255) if secured else "",
            sasl.text("sasl_password", most=255) if secured else "",
            ca,
        )

    def client(self) -> AIOKafkaProducer:
        context = None
        if self.protocol == "SASL_SSL":
            context = ssl.create_default_context(cadata=self.ca or None)
        return AIOKafkaProducer(
            bootstrap_servers=list(self.brokers),
            acks=1,
            request_timeout_ms=int(PATIENCE * 1000),
            security_protocol=self.protocol,
            ssl_context=context,
            sasl_mechanism="PLAIN",
            sasl_plain_username=self.user or None,
            sasl_plain_password=self.password or None,
        )


class Producer:
    """Sends what is put into its queue. To be made in an event loop."""

    def __init__(self, target: Target, guard: Guard | None = None) -> None:
        self._target, self._guard = target, guard or Guard()
        self._queue: deque[bytes] = deque()
        self._loop = asyncio.get_running_loop()
        self._there = asyncio.Event()
        self._busy = False
        self._client: AIOKafkaProducer | None = None
        self._task = self._loop.create_task(self._run())

    def put(self, message: bytes) -> bool:
        """Queue a message, from any thread; False when it was dropped."""
        if len(self._queue) >= QUEUE:
            metrics.LOGS_DROPPED.inc()
            return False
        self._queue.append(message)
        self._loop.call_soon_threadsafe(self._there.set)
        return True

    async def close(self) -> None:
        """Send what is queued if that goes quickly, and end."""
        try:
            async with asyncio.timeout(_STOP):
                while self._queue or self._busy:
                    await asyncio.sleep(0.01)
        except TimeoutError:
            log.warning("%d messages for Kafka were not sent", len(self._queue))
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        await self._leave()

    async def _run(self) -> None:
        while True:
            await self._there.wait()
            self._there.clear()
            while self._queue:
                number = min(len(self._queue), BATCH)
                self._busy = True
                await self._deliver([self._queue.popleft() for _ in range(number)])
                self._busy = False

    async def _deliver(self, batch: list[bytes]) -> None:
        """Send messages, again after a failure as often as configured."""
        left = batch
        for attempt in range(self._target.retries + 1):
            if attempt:
                await asyncio.sleep(self._target.backoff)
            left = await self._send(left)
            if not left:
                return
        metrics.LOGS_DROPPED.inc(len(left))
        log.warning("%d messages for %s were lost", len(left), self._target.topic)

    async def _send(self, batch: list[bytes]) -> list[bytes]:
        """What could not be sent."""
        try:
            async with asyncio.timeout(PATIENCE):
                client = await self._enter()
                sent = [
                    await client.send(self._target.topic, message, self._target.key)
                    for message in batch
                ]
                results = await asyncio.gather(*sent, return_exceptions=True)
        except (KafkaError, OSError, TimeoutError, ValueError) as error:
            log.debug("Kafka does not take messages: %s", error)
            await self._leave()
            return batch
        return [m for m, r in zip(batch, results, strict=True) if _failed(r)]

    async def _enter(self) -> AIOKafkaProducer:
        """A connected client, made anew after a failure."""
        if self._client is None:
            await self._check_addresses()
            client = self._target.client()
            try:
                await client.start()
            except BaseException:
                await client.stop()
                raise
            self._client = client
        return self._client

    async def _leave(self) -> None:
        client, self._client = self._client, None
        if client is None:
            return
        try:
            async with asyncio.timeout(_STOP):
                await client.stop()
        except (KafkaError, OSError, TimeoutError) as error:
            log.debug("Kafka's connection did not end well: %s", error)

    async def _check_addresses(self) -> None:
        """Brokers are where backends may be; OSError for others."""
        for broker in self._target.brokers:
            host, port = parse_address(broker)
            for found in await self._loop.getaddrinfo(
                host, port, type=socket.SOCK_STREAM
            ):
                self._guard.check(str(found[4][0]), port)


def _failed(result: object) -> bool:
    if isinstance(result, BaseException):
        log.debug("Kafka refused a message: %s", result)
        return True
    return False
