"""Where gateways deliver their records; not for people."""

import hmac
import time

import orjson
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.db import DatabaseError, DataError
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from console import records
from gateway.delivery import PROOF_HEADER, proof

# How old a delivery may be, in seconds.
_SKEW = 300


@csrf_exempt
@login_not_required
@require_POST
def deliver(request: HttpRequest) -> HttpResponse:
    """Take a batch from who has the gateways' key."""
    given = request.headers.get(PROOF_HEADER, "")
    moment = given.partition(".")[0]
    if not moment.isdecimal() or abs(time.time() - int(moment[:20])) > _SKEW:
        raise PermissionDenied("The proof is missing or too old.")
    expected = proof(records.key(), int(moment), request.body)
    if not hmac.compare_digest(given.encode(), expected.encode()):
        raise PermissionDenied(f"The proof is wrong: see {settings.RECORDS_KEY_FILE}.")
    try:
        records.receive(orjson.loads(request.body))
    except (ValueError, TypeError, KeyError, OverflowError, DataError) as error:
        raise SuspiciousOperation(f"Not a batch of records: {error}") from None
    except DatabaseError as error:
        # A full disk, most likely: the gateway keeps them, and comes again.
        records.failed(error)
        return HttpResponse(status=503)
    records.failed(None)
    return HttpResponse(status=204)
