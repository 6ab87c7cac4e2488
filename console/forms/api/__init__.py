"""Forms of APIs: the wizard's steps, publishing."""

from console.forms.api.publish import OfflineForm, PublishForm
from console.forms.api.wizard import BackendForm, FrontendForm

__all__ = ["BackendForm", "FrontendForm", "OfflineForm", "PublishForm"]
