"""The gateway itself, as the management API describes it: there is one."""

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models

from console.models.base import CJK, Noun, rule

MAX_TAGS = 20
MAX_KEY, MAX_VALUE = 128, 255


class Instance(Noun):
    """Its name, its description and its tags: [{key, value}]."""

    instance_name = models.CharField(
        "Name",
        max_length=64,
        default="sallyport",
        validators=[
            rule(
                rf"[A-Za-z{CJK}][A-Za-z0-9_{CJK}-]{{2,63}}",
                "Name: 3 to 64 letters, digits, - and _; a letter first.",
            )
        ],
    )
    description = models.CharField("Description", max_length=255, blank=True)
    maintain_begin = models.CharField(
        "Maintenance Window", max_length=8, default="22:00:00"
    )
    maintain_end = models.CharField("to", max_length=8, default="02:00:00")
    tags = models.JSONField("Tags", default=list, blank=True)
    create_time = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "gateway"

    def __str__(self) -> str:
        return self.instance_name

    @classmethod
    def current(cls) -> "Instance":
        """The one there is."""
        return cls.objects.get_or_create(pk=settings.INSTANCE_ID)[0]

    def clean(self) -> None:
        check_tags(self.tags)


def check_tags(tags: Any) -> None:
    """The rules of a gateway's tags; ValidationError on `tags`."""
    if not isinstance(tags, list) or not all(map(_is_tag, tags)):
        raise ValidationError({"tags": "Tags: a list of objects with key and value."})
    if len(tags) > MAX_TAGS:
        raise ValidationError({"tags": f"Tags: at most {MAX_TAGS}."})
    for tag in tags:
        key = tag["key"]
        if not 1 <= len(key) <= MAX_KEY or key.startswith("_sys_"):
            text = f"Tags: a key has 1 to {MAX_KEY} characters and no _sys_ in front."
            raise ValidationError({"tags": text})
        if len(tag["value"]) > MAX_VALUE:
            text = f"Tags: a value has at most {MAX_VALUE} characters."
            raise ValidationError({"tags": text})


def _is_tag(raw: Any) -> bool:
    return isinstance(raw, dict) and all(
        isinstance(raw.get(name), str) for name in ("key", "value")
    )
