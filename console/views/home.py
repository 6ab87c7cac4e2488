"""Home: the walkthrough as a checklist computed from the data."""

from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from console import access, demo, models


@dataclass(frozen=True, slots=True)
class Task:
    """One step of the walkthrough: what to do, whether it is done, where."""

    label: str
    text: str
    done: bool
    button: str
    url: str


def home(request: HttpRequest) -> HttpResponse:
    looks = access.may(request.user, "view", models.Api)
    steps = checklist() if looks else []
    context = {
        "title": "Home",
        "steps": steps,
        "open": [s for s in steps if not s.done],
    }
    return render(request, "home.html", context)


@require_POST
def create_demo(request: HttpRequest) -> HttpResponse:
    """Create the documented example, as `manage.py demo` does."""
    for noun in demo.NOUNS:
        if not access.may(request.user, "add", noun):
            raise PermissionDenied("You may not create the documented example.")
    try:
        example = demo.create()
    except ValidationError as error:
        messages.error(request, f"Not created. {' '.join(error.messages)}")
        return redirect("home")
    messages.success(request, "The documented example is ready: try it here.")
    return redirect(f"{reverse('debug')}?api={example.api.pk}")


def checklist() -> list[Task]:
    """The documented order of work (console.md section A)."""
    function = models.Function.objects.order_by("create_time").first()
    api = _two_factor_apis().order_by("register_time").first()
    credential = models.Credential.objects.order_by("register_time").first()
    return [
        _function_task(function),
        Task(
            "Create a custom authorizer",
            "Type Frontend, with the function, and its identity sources.",
            models.Authorizer.objects.filter(type="FRONTEND").exists(),
            "Create Custom Authorizer",
            reverse("authorizer-create"),
        ),
        Task(
            "Create an API",
            "Authentication mode App, Two-Factor Authentication on.",
            api is not None,
            "Create API",
            reverse("api-create"),
        ),
        Task(
            "Publish the API",
            "Callers get what is published, not what is saved.",
            models.Release.objects.filter(
                status=1, api__in=_two_factor_apis()
            ).exists(),
            "Publish Latest Version",
            reverse("api-publish", args=[api.pk]) if api else "",
        ),
        Task(
            "Create a credential",
            "Its key and secret sign the calls.",
            credential is not None,
            "Create Credential",
            reverse("credential-create"),
        ),
        Task(
            "Bind the credential to the API",
            "A signature alone is not enough: the key must be bound.",
            models.Authorization.objects.filter(api__in=_two_factor_apis()).exists(),
            "Bind to APIs",
            reverse("credential-bind", args=[credential.pk]) if credential else "",
        ),
        Task(
            "Verify",
            "Send a call that gets 200, change a value, and see the 401.",
            False,
            "Debug",
            reverse("debug") + (f"?api={api.pk}" if api else ""),
        ),
    ]


def _function_task(function: models.Function | None) -> Task:
    """Create and deploy are one documented step; the button leads to what is open."""
    deployed = models.Function.objects.filter(deployed__isnull=False).exists()
    if function and not deployed:
        url, button = function.get_absolute_url(), "Deploy"
    else:
        url, button = reverse("function-create"), "Create Function"
    return Task(
        "Create and deploy a function",
        "It decides about each call: allow or deny.",
        deployed,
        button,
        url,
    )


def _two_factor_apis() -> QuerySet[models.Api]:
    return models.Api.objects.filter(auth_type="APP").exclude(authorizer=None)
