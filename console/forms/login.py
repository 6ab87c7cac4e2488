"""The login form."""

from django.contrib.auth.forms import AuthenticationForm
from django.core.exceptions import ValidationError

from console.passwords import locked


class LoginForm(AuthenticationForm):
    """Says so when it was tried too often."""

    def get_invalid_login_error(self) -> ValidationError:
        name = self.cleaned_data.get("username") or ""
        if self.request and locked(self.request, name):
            return ValidationError(
                "Too many wrong passwords: try again in a few minutes.", code="locked"
            )
        return super().get_invalid_login_error()
