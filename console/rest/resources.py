"""Resource: what most operations are made of; a noun says what differs.

An operation is one method of a resource, run in one transaction, for a signed-in
user who may do it (`console.access`), in the one project and gateway there are.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Model, QuerySet
from rest_framework.exceptions import NotAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.viewsets import ViewSet

from console import access, audit, limits
from console.rest import errors
from console.rest.absent import all_found, found
from console.rest.auth import AUTHENTICATION, identify
from console.rest.errors import Dialect
from console.rest.paging import Page, Rows

Show = Callable[[Any], Any]
_BAD_ACTION = "Invalid parameter value,parameterName:action. The action is delete"


class Endpoint(ViewSet):
    """Operations about one noun, each a method named in the table (`urls.py`)."""

    model: ClassVar[type[Model]]
    # The verb of access for each method; what is not named changes something.
    verbs: ClassVar[Mapping[str, str]] = {
        "list": "view",
        "retrieve": "view",
        "create": "add",
        "destroy": "delete",
    }
    # Whether all of an operation is one transaction.
    atomic = True
    duplicate = "APIG.3309"
    # Of fields whose clash has a code of its own.
    duplicates: ClassVar[Mapping[str, str]] = {}
    in_use = "APIG.3719"
    dialect: ClassVar[type[Dialect]] = Dialect

    authentication_classes = AUTHENTICATION
    action: str

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        identify(request)
        # What only reads must not wait for whoever writes.
        if request.method == "GET" or not self.atomic:
            return super().dispatch(request, *args, **kwargs)
        with transaction.atomic():
            response = super().dispatch(request, *args, **kwargs)
            if response.status_code >= 400:
                transaction.set_rollback(True)
        return response

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if request.user is None:
            raise NotAuthenticated("Incorrect authentication information")
        audit.identify(request.user, audit.Audit.Source.API)
        _check_scope(kwargs)
        verb = self.verbs.get(self.action, "change")
        if not access.may(request.user, verb, self.model):
            raise PermissionDenied

    @classmethod
    def noun(cls) -> str:
        name = str(cls.model._meta.verbose_name)
        return name[:1].upper() + name[1:]

    def required(self, name: str) -> str:
        """A query parameter; the documented error when it is missing."""
        if value := self.request.query_params.get(name):
            return value
        raise self.dialect.parameter(name, "required")

    @property
    def body(self) -> dict[str, Any]:
        """What was sent: an object, or the documented error."""
        given = self.request.data
        if not isinstance(given, dict):
            raise self.dialect.parameter("body")
        return given

    def given(self, serializer: type[BaseSerializer[Any]]) -> Any:
        """The body as a serializer without a model reads it."""
        read = serializer(data=self.request.data)
        read.is_valid(raise_exception=True)
        return read.validated_data

    def objects(self, name: str, model: type[Model]) -> list[Any]:
        """The objects whose ids are in a list of the body; each must be there."""
        return all_found(model, self.ids(name))

    def ids(self, name: str) -> list[str]:
        """A list of ids in the body."""
        ids = self.body.get(name)
        if not isinstance(ids, list) or not ids:
            raise self.dialect.parameter(name, "required")
        if not all(isinstance(id, str) for id in ids):
            raise self.dialect.parameter(name)
        if len(ids) > limits.limit("BATCH_NUM_LIMIT"):
            raise self.dialect.parameter(name, "max_value")
        return ids

    def check_deletes(self) -> None:
        """The only `action` that a batch has."""
        if self.required("action") != "delete":
            raise errors.Refusal(400, "APIG.2011", _BAD_ACTION)

    def filtered(self, rows: QuerySet[Any], filters: Mapping[str, str]) -> Any:
        """The rows that the query parameters leave.

        `filters` maps parameters to lookups; one that finds parts of texts finds
        whole ones when `precise_search` names the parameter.
        """
        given = self.request.query_params
        precise = given.get("precise_search", "").split(",")
        for name, lookup in filters.items():
            if value := given.get(name):
                if "\0" in value:
                    raise self.dialect.parameter(name)
                whole = lookup.removesuffix("__icontains")
                rows = rows.filter(**{whole if name in precise else lookup: value})
        return rows

    def page(self, rows: Rows, items: str, show: Show = lambda row: row) -> Response:
        """`{"total", "size", <items>}` of the page that was asked for."""
        page = Page(self.request.query_params)
        listed = page.of(rows)
        total = page.total(rows, listed)
        shown = [show(row) for row in listed]
        return Response({"total": total, "size": len(shown), items: shown})


class Resource(Endpoint):
    """A noun that can be listed, shown, created, changed and deleted.

    `key` names its id in the URL, `items` its list in a page; `filters` are those of
    the list; `absent` is (code, text) of one that is not there.
    """

    serializer: ClassVar[type[BaseSerializer[Any]]]
    key: ClassVar[str]
    items: ClassVar[str]
    filters: ClassVar[Mapping[str, str]] = {}
    within: ClassVar[tuple[str, type[Model], str] | None] = None

    def queryset(self) -> QuerySet[Any]:
        """What the operation may see."""
        return self.model._default_manager.filter(**self.owner)

    @property
    def owner(self) -> dict[str, Any]:
        """What the objects belong to, by field: {"group": <ApiGroup>}."""
        if self.within is None:
            return {}
        key, model, field = self.within
        return {field: found(model, self.kwargs[key])}

    def find(self, id: str) -> Any:
        """One object; the documented error when it is not there."""
        return found(self.queryset(), id)

    @property
    def target(self) -> Any:
        """The object that the URL names."""
        return self.find(self.kwargs[self.key])

    def list(self, request: Request, **kwargs: Any) -> Response:
        rows = self.filtered(self.queryset(), self.filters)
        return self.page(rows, self.items, self.show)

    def retrieve(self, request: Request, **kwargs: Any) -> Response:
        return self.reply(self.target)

    def create(self, request: Request, **kwargs: Any) -> Response:
        return self.reply(self.save(), status=201)

    def update(self, request: Request, **kwargs: Any) -> Response:
        return self.reply(self.save(self.target))

    def destroy(self, request: Request, **kwargs: Any) -> Response:
        target = self.target
        if self.users(target):
            text = f"{self.noun()} is in use"
            raise errors.Refusal(errors.status_of(self.in_use), self.in_use, text)
        target.delete()
        return Response(status=204)

    def users(self, target: Any) -> Sequence[Any]:
        """What refers to an object where no foreign key says so."""
        return ()

    def save(self, target: Any = None, **known: Any) -> Any:
        """The object, made or changed from the request's body."""
        given = self.serializer(target, data=self.request.data)
        given.is_valid(raise_exception=True)
        return given.save(**self.owner | known)

    def show(self, target: Any) -> Any:
        """An object as a reply has it."""
        return self.serializer(target).data

    def reply(self, target: Any, status: int = 200) -> Response:
        return Response(self.show(target), status=status)


def _check_scope(kwargs: Mapping[str, str]) -> None:
    """There is one project, and in it one gateway."""
    if kwargs.get("project_id") != settings.PROJECT_ID:
        raise PermissionDenied
    instance = kwargs.get("instance_id", settings.INSTANCE_ID)
    if instance != settings.INSTANCE_ID:
        raise errors.missing("APIG.3030", f"The instance does not exist;id:{instance}")
