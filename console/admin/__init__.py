"""Django admin for every noun. Secrets can be written here, never read."""

from django.contrib import admin

from console.admin import (
    apis,
    channels,
    credentials,
    functions,
    policies,
    records,
    users,
)

__all__ = [
    "apis",
    "channels",
    "credentials",
    "functions",
    "policies",
    "records",
    "users",
]

admin.site.site_header = admin.site.site_title = "Sallyport administration"
