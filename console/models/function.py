"""Functions and their test events (reference: auth.md sections 10.3 to 10.5)."""

import re
from typing import Any

import orjson
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.urls import reverse
from django.utils import timezone

from console.models.base import Noun, rule
from console.models.fields import EncryptedJSONField
from console.models.package import Package
from gateway.functions import runtimes
from gateway.functions.package import Files

MAX_VARIABLES = 20
MAX_VARIABLE_CHARACTERS = 4096
MAX_EVENTS = 10
MAX_EVENT_BYTES = 4096
MEMORY_SIZES = (
    *(128, 256),
    *range(512, 2049, 256),
    *range(2560, 4097, 512),
    *(8192, 10240),
)
# The runtime's own names all begin so (auth.md section 10.2).
RESERVED_PREFIX = "RUNTIME_"
DEFAULT_CODE = """# -*- coding:utf-8 -*-
import json


def handler(event, context):
    return {
        "statusCode": 200,
        "isBase64Encoded": False,
        "body": json.dumps(event),
        "headers": {"Content-Type": "application/json"},
    }
"""
# folder/file.function, 3 to 128 characters
_ENTRY = r"(?=.{3,128}\Z)[A-Za-z0-9_/-]+\.[A-Za-z_$][A-Za-z0-9_$]*"
_VARIABLE_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_]*\Z")


DEFAULT_NODE_CODE = """exports.handler = async (event, context) => {
  return {
    statusCode: 200,
    isBase64Encoded: false,
    body: JSON.stringify(event),
    headers: { "Content-Type": "application/json" },
  };
};
"""


def default_files(runtime: str) -> Files:
    """The code that a new function starts with."""
    if runtime.startswith("Node"):
        return {"index.js": DEFAULT_NODE_CODE.encode()}
    return {"index.py": DEFAULT_CODE.encode()}


class Function(Noun):
    """A function: `draft` is the code in the editor, `deployed` what is live.

    Everything else takes effect when saved. Together they are version `latest`;
    published versions are copies (version.py).
    """

    class Type(models.TextChoices):
        EVENT = "event", "Event Function"

    func_name = models.CharField(
        "Function Name",
        max_length=60,
        unique=True,
        validators=[
            rule(
                r"[A-Za-z](?:[A-Za-z0-9_-]{0,58}[A-Za-z0-9])?",
                "Function Name: 1 to 60 letters, digits, - and _; a letter first, a "
                "letter or digit last.",
            )
        ],
        error_messages={"unique": "A function with this name already exists."},
    )
    package = models.CharField(max_length=60, default="default", editable=False)
    function_type = models.CharField(
        "Function Type", max_length=16, choices=Type, default=Type.EVENT
    )
    runtime = models.CharField("Runtime", max_length=32, default="Python3.9")
    handler = models.CharField(
        "Handler",
        max_length=128,
        default="index.handler",
        validators=[
            rule(
                _ENTRY,
                "Handler: a file name, a dot and a function name, like index.handler.",
            )
        ],
    )
    memory_size = models.PositiveIntegerField(
        "Memory (MB)", default=128, choices=[(n, str(n)) for n in MEMORY_SIZES]
    )
    timeout = models.PositiveIntegerField(
        "Execution Timeout (s)",
        default=3,
        validators=[MinValueValidator(3), MaxValueValidator(259_200)],
    )
    initializer_handler = models.CharField(
        "Initializer",
        max_length=128,
        blank=True,
        validators=[
            rule(
                _ENTRY,
                "Initializer: a file name, a dot and a function name, like "
                "index.initializer.",
            )
        ],
    )
    initializer_timeout = models.PositiveIntegerField(
        "Initialization Timeout (s)",
        default=3,
        validators=[MinValueValidator(1), MaxValueValidator(300)],
    )
    concurrency = models.IntegerField(
        "Max. Instances per Function",
        default=-1,
        validators=[MinValueValidator(-1), MaxValueValidator(1000)],
    )
    enabled = models.BooleanField(default=True, editable=False)
    network = models.BooleanField("Network Access", default=False)
    description = models.CharField("Description", max_length=512, blank=True)
    draft = models.ForeignKey(
        Package,
        on_delete=models.PROTECT,
        related_name="+",
        blank=True,
        editable=False,
    )
    deployed = models.ForeignKey(
        Package,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        editable=False,
    )
    # Names the installed dependencies of what is deployed; "" without any.
    dependencies_hash = models.CharField(max_length=128, blank=True, editable=False)
    deploy_time = models.DateTimeField(null=True, blank=True, editable=False)
    user_data = models.JSONField(default=dict, blank=True)
    encrypted_user_data = EncryptedJSONField(default=dict, blank=True)
    create_time = models.DateTimeField(auto_now_add=True)
    last_modified = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["func_name"]

    def __str__(self) -> str:
        return self.func_name

    @property
    def func_urn(self) -> str:
        return (
            f"urn:fss:{settings.REGION}:{settings.PROJECT_ID}:function:"
            f"{self.package}:{self.func_name}"
        )

    @property
    def runtime_label(self) -> str:
        """As people write it: Python 3.9, Node.js 18.15."""
        return runtimes.spell(self.runtime)

    @property
    def runs_on(self) -> str:
        """The runtime, with the interpreter that really runs."""
        return runtimes.host().describe(self.runtime)

    @property
    def dirty(self) -> bool:
        """Whether the draft differs from what is live."""
        return bool(self.draft_id != self.deployed_id)

    def get_absolute_url(self) -> str:
        return reverse("function-detail", args=[self.pk])

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self.draft_id:
            self.write(default_files(self.runtime))
        super().save(*args, **kwargs)

    def write(self, files: Files) -> None:
        """Put files into the draft; whoever saves the function keeps them."""
        self.draft = Package.of(files)

    def deploy(self, package: Package, dependencies_hash: str = "") -> None:
        """Make a package live, with dependencies that are installed (builds.py)."""
        self.deployed = package
        self.dependencies_hash = dependencies_hash
        self.deploy_time = timezone.now()
        self.save_valid()

    def clean(self) -> None:
        if self.concurrency == 0:
            raise ValidationError(
                {
                    "concurrency": "Max. Instances per Function: -1 for no limit of "
                    "its own, or 1 to 1,000. Disable the function to stop all calls."
                }
            )
        if self.runtime not in runtimes.LABELS:
            raise ValidationError({"runtime": f"Runtime: {self.runtime} is unknown."})
        check_variables(self.user_data, self.encrypted_user_data)


class TestEvent(Noun):
    """A saved event to test a function with."""

    __test__ = False

    function = models.ForeignKey(
        Function, on_delete=models.CASCADE, related_name="events"
    )
    name = models.CharField(
        "Event Name",
        max_length=25,
        validators=[
            rule(
                r"[A-Za-z](?:[A-Za-z0-9_-]{0,23}[A-Za-z0-9])?",
                "Event Name: 1 to 25 letters, digits, - and _; a letter first, a "
                "letter or digit last.",
            )
        ],
    )
    content = models.TextField("Event", default='{"key": "value"}')
    last_modified = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["function", "name"],
                name="test_event_name",
                violation_error_message="The function has an event with this name.",
                violation_error_code="FSS.1073",
            )
        ]

    def __str__(self) -> str:
        return self.name

    def parsed(self) -> Any:
        """The event itself; ValueError when no function could be given it."""
        event = orjson.loads(self.content)
        try:
            orjson.dumps(event)
        except TypeError as error:
            raise ValueError(str(error)) from None
        return event

    def clean(self) -> None:
        if len(self.content.encode()) > MAX_EVENT_BYTES:
            text = "Event: at most 4 KB of JSON."
            raise ValidationError({"content": ValidationError(text, "FSS.1069")})
        try:
            self.parsed()
        except ValueError as error:
            raise ValidationError({"content": f"Event: not JSON: {error}."}) from None
        if self._state.adding and self.function.events.count() >= MAX_EVENTS:
            text = f"A function has at most {MAX_EVENTS} test events."
            raise ValidationError(text, "FSS.1068")


def check_variables(plain: dict[str, Any], encrypted: dict[str, Any]) -> None:
    """The rules of environment variables; ValidationError names the key."""
    if not _are_texts(plain) or not _are_texts(encrypted):
        raise ValidationError("Environment variables: texts by their keys.")
    both = set(plain) & set(encrypted)
    if both:
        raise ValidationError(f"Key {sorted(both)[0]} is there twice.")
    for values in (plain, encrypted):
        _check_keys(values)
        if len(values) > MAX_VARIABLES:
            raise ValidationError(
                f"At most {MAX_VARIABLES} variables of each kind, plain and encrypted."
            )
    everything = plain | encrypted
    if sum(map(len, (*everything, *everything.values()))) > MAX_VARIABLE_CHARACTERS:
        raise ValidationError(
            f"All variables together: at most {MAX_VARIABLE_CHARACTERS} characters."
        )


def _are_texts(raw: Any) -> bool:
    """Whether it is a JSON object whose values are texts."""
    return isinstance(raw, dict) and all(isinstance(v, str) for v in raw.values())


def _check_keys(values: dict[str, Any]) -> None:
    for key in values:
        if not _VARIABLE_KEY.match(key):
            raise ValidationError(
                f"Key {key}: letters, digits and underscores, a letter first."
            )
        if key.startswith(RESERVED_PREFIX):
            raise ValidationError(f"Key {key} is reserved by the runtime.")
