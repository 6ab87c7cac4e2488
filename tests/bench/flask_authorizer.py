"""The authorizer that most would write: a Flask application."""

from flask import Flask, Response, request

from tests.bench.apps import allowed, original

application = Flask(__name__)


@application.route("/", defaults={"rest": ""})
@application.route("/<path:rest>")
def authorize(rest: str) -> Response:
    headers = {name.lower(): value for name, value in request.headers}
    method, target = original(headers)
    return Response(status=200 if allowed(method, target, headers) else 401)
