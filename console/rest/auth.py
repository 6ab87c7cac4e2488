"""Who calls the management API (reference: api.md section 11)."""

from rest_framework.authentication import BaseAuthentication

# Each is asked in turn; a request that none of them knows is refused.
AUTHENTICATION: tuple[type[BaseAuthentication], ...] = ()
