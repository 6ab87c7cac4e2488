"""Log in."""

from django.contrib.auth.views import LoginView

from console.forms.login import LoginForm


class Login(LoginView):
    authentication_form = LoginForm
    extra_context = {"title": "Log in"}
