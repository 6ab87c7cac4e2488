"""What a page says is saved, the next call sees."""

from tests.e2e.caller import Caller, refusal
from tests.e2e.person import Person

NAME = "two_factor_authorization"
ALLOWED = (200, '{"message": "Hello from behind two doors"}')
DENY_ALL = """import json


def handler(event, context):
    return {"statusCode": 200, "body": json.dumps({"status": "deny"})}
"""
DENIED = (401, "APIG.0305")


def answer(caller: Caller) -> tuple[int, str]:
    response = caller.call()
    return response.status_code, response.text


def test_a_changed_api_is_not_live_until_it_is_published(
    caller: Caller, person: Person
) -> None:
    person.open_api(NAME)
    person.change_answer("another")
    person.reads("The saved definition is newer than the published one")
    assert answer(caller) == ALLOWED
    person.publish()
    assert answer(caller) == (200, "another")
    person.change_answer(ALLOWED[1])
    person.publish()
    assert answer(caller) == ALLOWED


def test_a_binding_counts_at_once_from_the_credential_s_side(
    caller: Caller, person: Person
) -> None:
    person.open_credential(NAME)
    person.unbind()
    assert refusal(caller.call()) == (403, "APIG.0304")
    person.bind(NAME)
    assert answer(caller) == ALLOWED


def test_a_binding_counts_at_once_from_the_api_s_side(
    caller: Caller, person: Person
) -> None:
    person.open_api(NAME)
    person.press("More")
    person.follow("Authorize Credentials")
    person.press("Cancel Authorization")
    person.is_told("Unbound")
    assert refusal(caller.call()) == (403, "APIG.0304")
    person.page.get_by_role("checkbox", name=NAME).check()
    person.press("OK")
    person.is_told("Authorized.")
    assert answer(caller) == ALLOWED


def test_a_changed_authorizer_counts_at_once(caller: Caller, person: Person) -> None:
    assert answer(caller) == ALLOWED
    person.open_authorizer(NAME)
    person.validate_test_value("^nobody$")
    assert refusal(caller.call()) == DENIED
    person.open_authorizer(NAME)
    person.validate_test_value("")
    assert answer(caller) == ALLOWED


def test_deployed_code_is_asked_at_once_and_a_draft_is_not(
    caller: Caller, person: Person
) -> None:
    assert answer(caller) == ALLOWED
    person.open_function(NAME)
    before = person.code()
    person.write_code(DENY_ALL)
    person.press("Save")
    person.is_told("Saved as draft.")
    assert answer(caller) == ALLOWED
    person.deploy()
    assert refusal(caller.call()) == DENIED
    person.write_code(before)
    person.deploy()
    assert answer(caller) == ALLOWED


def test_a_changed_variable_counts_at_once(caller: Caller, person: Person) -> None:
    assert answer(caller) == ALLOWED
    assert caller.call(query={"test": "else"}).status_code == 401
    set_test_variable(person, "else")
    assert caller.call(query={"test": "else"}).status_code == 200
    assert refusal(caller.call()) == DENIED
    set_test_variable(person, "user@123")
    assert answer(caller) == ALLOWED


def set_test_variable(person: Person, value: str) -> None:
    person.open_function(NAME)
    person.open_variables()
    person.field("Value").first.fill(value)
    person.save_variables()


def test_a_reset_secret_is_dead_at_once(caller: Caller, person: Person) -> None:
    person.open_credential(NAME)
    person.follow("Reset Secret")
    person.press("Yes")
    person.is_told("The secret was reset.")
    assert refusal(caller.call()) == (401, "APIG.0303")
    key, secret = person.key_and_secret()
    assert key == caller.app_key
    assert answer(caller.with_secret(secret)) == ALLOWED


def test_a_deleted_credential_is_dead_at_once(caller: Caller, person: Person) -> None:
    person.open_credential(NAME)
    _, secret = person.key_and_secret()
    known = caller.with_secret(secret)
    assert answer(known) == ALLOWED
    person.follow("Delete")
    person.reads("Also affected")
    person.press("Yes")
    person.is_told("Deleted")
    response = known.call()
    assert refusal(response) == (401, "APIG.0303")
    assert f"app not found, appkey {caller.app_key}" in response.json()["error_msg"]
