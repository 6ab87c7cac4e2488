"""Forms of APIs: the wizard's steps."""

from console.forms.api.wizard import BackendForm, FrontendForm

__all__ = ["BackendForm", "FrontendForm"]
