"""What several nouns share: ids, names and their rules."""

import secrets
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import copy
from functools import partial
from typing import Any, TypeVar

from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.core.validators import RegexValidator
from django.db import connection, models

from console.models.fields import EncryptedTextField

Row = TypeVar("Row", bound=models.Model)
CJK = "\u4e00-\u9fa5"


def new_id() -> str:
    """32 lower-case hex characters, as every id of the product."""
    return secrets.token_hex(16)


def default_name(noun: str) -> str:
    """A proposed name such as `API_zz9h` (console.md section B)."""
    alphabet = "abcdefghijkmnpqrstuvwxyz23456789"
    return f"{noun}_{''.join(secrets.choice(alphabet) for _ in range(4))}"


def rule(pattern: str, message: str) -> RegexValidator:
    """A validator of the whole text, whose message states the rule."""
    # Django formats the message with the value, which may be a secret.
    return RegexValidator(rf"\A(?:{pattern})\Z", message.replace("%", "%%"))


def fitted(model: type[Row], values: Mapping[str, Any]) -> Row:
    """A row of what others sent, with texts that its columns take.

    PostgreSQL has no NUL in texts, and minds their length; SQLite does neither. What
    is encrypted is stored as another text.
    """
    fields = {field.name: field for field in model._meta.concrete_fields}
    return model(**{name: _fit(fields[name], v) for name, v in values.items()})


def insert(
    model: type[models.Model], names: Sequence[str], rows: Iterable[Sequence[Any]]
) -> None:
    """Write rows of values as `fitted` takes them, without making objects of them.

    Where many come that costs a fraction. What has no value takes no default.
    """
    fields: list[Any] = [model._meta.get_field(name) for name in names]
    quote = connection.ops.quote_name
    columns = ", ".join(quote(field.column) for field in fields)
    places = ", ".join(["%s"] * len(fields))
    table = quote(model._meta.db_table)
    ready = [_for_database(field) for field in fields]
    values = [
        [make(value) for make, value in zip(ready, row, strict=True)] for row in rows
    ]
    with connection.cursor() as cursor:
        cursor.executemany(f"INSERT INTO {table} ({columns}) VALUES ({places})", values)


# Values of these types are in columns as they are.
_AS_IS: tuple[tuple[type, type], ...] = (
    (models.IntegerField, int),
    (models.FloatField, float),
    (models.BooleanField, bool),
)


def _for_database(field: Any) -> Callable[[Any], Any]:
    """What makes a column's value of one that others sent."""
    save = partial(field.get_db_prep_save, connection=connection)
    if isinstance(field, models.CharField | models.TextField):
        most = field.max_length or sys.maxsize

        def text(value: Any) -> Any:
            if type(value) is str and len(value) <= most and "\0" not in value:
                return value
            return save(_fit(field, value))

        return save if isinstance(field, EncryptedTextField) else text
    for kind, known in _AS_IS:
        if isinstance(field, kind):
            return lambda value: value if type(value) is known else save(value)
    return save


def _fit(field: Any, value: Any) -> Any:
    if not isinstance(value, str) or isinstance(field, EncryptedTextField):
        return value
    text = value.replace("\0", "\ufffd")
    return text if field.max_length is None else text[: field.max_length]


def copy_of(row: Row) -> Row:
    """An object with all that another has but its id, not saved yet."""
    made = copy(row)
    made._state = type(row._state)()
    made.pk = new_id()
    return made


class Noun(models.Model):
    """An object with a 32-hex id that validates itself whenever it is saved."""

    id = models.CharField(
        primary_key=True, max_length=64, default=new_id, editable=False
    )

    class Meta:
        abstract = True

    def full_clean(self, *args: Any, **kwargs: Any) -> None:
        """Check every rule; ValidationError also where a rule lacks what it is about.

        Django admin has the rules checked although a field that it needs is empty.
        """
        try:
            super().full_clean(*args, **kwargs)
        except ObjectDoesNotExist as error:
            raise ValidationError(str(error)) from None

    def save_valid(self) -> None:
        """Check every rule, then save; ValidationError names the fields."""
        self.full_clean()
        self.save()
