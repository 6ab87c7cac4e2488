"""Access control by address and by account (policies.md sections 2 and 5.2).

Lists of addresses and lists of accounts have to permit a call both.
"""

from gateway.addresses import NoAddress
from gateway.call import Call
from gateway.errors import (
    AccountRefused,
    AddressRefused,
    AddressUnknown,
    AppAddressRefused,
)
from gateway.http import Response
from gateway.snapshot import Acl, Api, given, per_api


@per_api
def of_addresses(api: Api) -> tuple[Acl, ...]:
    return tuple(acl for acl in api.acls if acl.entity_type == "IP")


@per_api
def _of_accounts(api: Api) -> tuple[Acl, ...]:
    """With a white and a black list, only the white one counts."""
    lists = tuple(acl for acl in api.acls if acl.entity_type != "IP")
    white = tuple(acl for acl in lists if acl.acl_type == "PERMIT")
    return white or lists


def skips_address(api: Api) -> str:
    return "" if of_addresses(api) else "no list of addresses is bound"


@given(of_addresses)
def check_address(lists: tuple[Acl, ...], call: Call) -> Response | None:
    """Refuse an address that a list does not let pass."""
    client = call.request.client
    try:
        for acl in lists:
            if not acl.permits(client):
                raise AddressRefused(reason=f"{client} is refused by {acl.name}")
    except NoAddress as error:
        raise AddressUnknown(reason=str(error)) from None
    return None


def skips_account(api: Api) -> str:
    if api.auth_type != "IAM":
        return "lists of accounts act on IAM authentication only"
    return "" if _of_accounts(api) else "no list of accounts is bound"


def check_account(call: Call) -> Response | None:
    """Refuse an account that a list does not let pass."""
    user = call.user
    for acl in _of_accounts(call.api):
        named = acl.entity_type == "DOMAIN"
        account = (user.domain_name if named else user.domain_id) if user else ""
        if not account or not acl.permits(account):
            raise AccountRefused(reason=f"account {account} is refused by {acl.name}")
    return None


def skips_app(api: Api) -> str:
    mode = api.auth_type
    return "" if mode == "APP" else f"the authentication mode is {mode}"


def check_app(call: Call) -> Response | None:
    """Refuse a credential that calls from an address it may not call from."""
    app = call.credential
    if app is None or app.acl is None:
        return call.skip("the credential may call from everywhere")
    client = call.request.client
    try:
        if not app.acl.permits(client):
            raise AppAddressRefused(reason=f"{app.name} may not call from {client}")
    except NoAddress as error:
        raise AddressUnknown(reason=str(error)) from None
    return None
