"""Forms of APIs: the wizard's steps."""

from console.forms.api.wizard import Wizard, arrange

__all__ = ["Wizard", "arrange"]
