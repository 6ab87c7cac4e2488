"""Tokens: sealed, and read with the keys they were sealed with."""

import pytest
from cryptography.fernet import Fernet

from gateway.snapshot import Settings
from gateway.tokens import TokenError, issue, read
from tests.gateway.world import NOW, TOKEN_KEY, USER

FIND = {USER.id: USER}.get


def test_a_token_stays_good_while_its_key_is_rotated() -> None:
    old = Settings(token_keys=TOKEN_KEY).token_cipher
    assert old is not None
    token, claims = issue(USER, old, NOW)
    assert (claims.issued_at, claims.expires_at) == (NOW, NOW + 86_400)
    fresh = Fernet.generate_key().decode()
    both = Settings(token_keys=f"{fresh}\n{TOKEN_KEY}").token_cipher
    assert read(token, both, FIND, NOW) == USER
    with pytest.raises(TokenError):
        read(token, Settings(token_keys=fresh).token_cipher, FIND, NOW)


def test_a_token_shows_nothing_of_what_it_says() -> None:
    sealing = Settings(token_keys=TOKEN_KEY).token_cipher
    assert sealing is not None
    token = issue(USER, sealing, NOW)[0]
    assert USER.generation not in token
    assert read(token, sealing, FIND, NOW) == USER
    for place in range(0, len(token), 7):
        forged = (
            token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :]
        )
        with pytest.raises(TokenError):
            read(forged, sealing, FIND, NOW)


def test_sealed_text_that_is_no_token_is_refused() -> None:
    sealing = Settings(token_keys=TOKEN_KEY).token_cipher
    assert sealing is not None
    for text in (b"", b"[]", b"{}", b'{"user_id": "u1"}', b"1"):
        with pytest.raises(TokenError):
            read(sealing.encrypt(text).decode(), sealing, FIND, NOW)
