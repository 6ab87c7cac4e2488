"""The console as a Django app: its defaults and its receivers."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class ConsoleConfig(AppConfig):
    name = "console"
    verbose_name = "Sallyport"

    def ready(self) -> None:
        from console import audit, checks, publish, setup  # noqa: F401

        post_migrate.connect(setup.ensure_defaults, sender=self)
        publish.connect()
        audit.connect()
