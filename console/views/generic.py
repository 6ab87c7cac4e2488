"""List, Detail, Edit, Delete and Act: what most pages are made of.

A page declares its model and says what differs. Each asks `access.may` for its
`verb`; who may not gets 403, who is not signed in gets the login page.
"""

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Page, Paginator
from django.db import IntegrityError, transaction
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import cached_property
from django.views import generic
from django.views.generic.base import View

from console import access

Dependents = list[tuple[str, str]]


def linked(text: str, rows: Iterable[Any]) -> Dependents:
    """Rows as dependents, each with its page."""
    return [(f"{text} {row}", str(row.get_absolute_url())) for row in rows]


def linked_releases(rows: Iterable[Any]) -> Dependents:
    """Published definitions as dependents, each with the page of its API."""
    return [
        (f"API {row.api}, published in {row.env}", row.api.get_absolute_url())
        for row in rows
    ]


class Guarded(View):
    """Refuses a user who may not `verb` objects of `model`."""

    model: Any
    verb = "view"

    def get_verb(self) -> str:
        return self.verb

    def dispatch(
        self, request: HttpRequest, *args: Any, **kwargs: Any
    ) -> HttpResponseBase:
        verb, noun = self.get_verb(), self.model._meta.verbose_name
        if not access.may(request.user, verb, self.model):
            raise PermissionDenied(f"You may not {verb} {noun} objects.")
        return super().dispatch(request, *args, **kwargs)


class Titled:
    """Pages get a `title`."""

    title = ""

    def get_title(self) -> str:
        return self.title

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        kwargs.setdefault("title", self.get_title())
        return super().get_context_data(**kwargs)  # type: ignore[misc]


class List(Titled, Guarded, generic.ListView):
    """A list with search over `search` fields (`q` in the URL) and filters."""

    paginate_by = 20
    search: tuple[str, ...] = ("name", "id")
    filters: tuple[str, ...] = ()

    def get_queryset(self) -> QuerySet[Any]:
        rows = super().get_queryset()
        if text := self.request.GET.get("q", "").strip():
            found = Q()
            for field in self.search:
                found |= Q(**{f"{field}__icontains": text})
            rows = rows.filter(found)
        chosen = {
            f: self.request.GET[f] for f in self.filters if self.request.GET.get(f)
        }
        return rows.filter(**chosen)

    def paginate_queryset(self, queryset: Any, page_size: int) -> Any:
        """A page number out of range gives the nearest page, not an error."""
        paginator = self.get_paginator(queryset, page_size)
        page = paginator.get_page(self.request.GET.get("page"))
        return paginator, page, page.object_list, page.has_other_pages()


def part(request: HttpRequest, rows: Any, name: str) -> Page:
    """A page of one list among others; `name` is its number's in the URL.

    Its template includes `includes/pages.html`.
    """
    return Paginator(rows, List.paginate_by).get_page(request.GET.get(name))


class Detail(Titled, Guarded, generic.DetailView):
    def get_title(self) -> str:
        return str(self.object)

    def part(self, rows: Any, name: str) -> Page:
        return part(self.request, rows, name)


class Edit(Titled, Guarded, generic.UpdateView):
    """A form to create an object (no `pk` in the URL) or to change one."""

    template_name = "generic/form.html"
    submit_label = "OK"
    done = "Saved."

    @property
    def creating(self) -> bool:
        return "pk" not in self.kwargs

    def get_verb(self) -> str:
        return "add" if self.creating else "change"

    def get_object(self, queryset: QuerySet[Any] | None = None) -> Any:
        return None if self.creating else super().get_object(queryset)

    def get_title(self) -> str:
        noun = self.model._meta.verbose_name
        return f"{'Create' if self.creating else 'Edit'} {str(noun).title()}"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            cancel_url=self.get_cancel_url(), submit_label=self.submit_label, **kwargs
        )

    def get_cancel_url(self) -> str:
        return self.object.get_absolute_url() if self.object else self.get_list_url()

    def get_list_url(self) -> str:
        return reverse(f"{_url_noun(self.model)}-list")

    def after_save(self) -> None:
        """What else belongs to saving the object, in the same transaction."""

    def form_valid(self, form: Any) -> HttpResponse:
        try:
            with transaction.atomic():
                response = super().form_valid(form)
                self.after_save()
        except IntegrityError:
            form.add_error(None, "Somebody took this name just now: choose another.")
            return self.form_invalid(form)
        messages.success(self.request, self.done)
        return response


class Ask(Titled, Guarded, generic.FormView):
    """A form about an object of another noun: publish it, bind it.

    `model` and `verb` say what the user must be allowed to do, `about` what the
    object in the URL is; `act` does it with a valid form.
    """

    template_name = "generic/form.html"
    submit_label = "OK"
    about: type[Model]

    @cached_property
    def target(self) -> Any:
        return get_object_or_404(self.about, pk=self.kwargs["pk"])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            target=self.target,
            cancel_url=self.target.get_absolute_url(),
            submit_label=self.submit_label,
            **kwargs,
        )

    def get_success_url(self) -> str:
        return str(self.target.get_absolute_url())

    def form_valid(self, form: Any) -> HttpResponse:
        try:
            with transaction.atomic():
                done = self.act(form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error.messages)
            return self.form_invalid(form)
        messages.success(self.request, done)
        return super().form_valid(form)

    def act(self, data: dict[str, Any]) -> str:
        """Do it, or raise ValidationError; gives what to tell the user."""
        raise NotImplementedError


class Delete(Titled, Guarded, generic.DeleteView):
    """Confirms a delete, after showing what depends on the object."""

    verb = "delete"
    template_name = "generic/delete.html"

    def dependents(self) -> Dependents:
        """(label, URL) of what would go too, or what stands in the way."""
        return []

    def blocked(self) -> bool:
        """Whether the dependents forbid the delete."""
        return bool(self.dependents())

    def get_title(self) -> str:
        return f"Delete {self.object}"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            dependents=self.dependents(),
            blocked=self.blocked(),
            cancel_url=self.get_cancel_url(),
            **kwargs,
        )

    def get_cancel_url(self) -> str:
        return self.object.get_absolute_url()

    def get_success_url(self) -> str:
        return reverse(f"{_url_noun(self.model)}-list")

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.object = self.get_object()
        if self.blocked():
            return self.render_to_response(self.get_context_data(), status=409)
        return super().post(request, *args, **kwargs)

    def form_valid(self, form: Any) -> HttpResponse:
        name = str(self.object)
        with transaction.atomic():
            response = super().form_valid(form)
        messages.success(self.request, f"Deleted {name}.")
        return response


class Act(Guarded):
    """One thing to do to an object by POST, then back to a page."""

    verb = "change"
    http_method_names = ["post"]

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        target = get_object_or_404(self.model, pk=kwargs["pk"])
        try:
            with transaction.atomic():
                messages.success(request, self.act(target))
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
        return HttpResponseRedirect(self.get_next_url(target))

    def act(self, target: Any) -> str:
        """Do it, or raise ValidationError; gives what to tell the user."""
        raise NotImplementedError

    def get_next_url(self, target: Any) -> str:
        return str(target.get_absolute_url())


def _url_noun(model: type[Model]) -> str:
    """The noun of a model in URL names: `group` for ApiGroup."""
    return str(model._meta.model_name).removeprefix("api") or "api"
