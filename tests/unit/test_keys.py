"""Keys: what they look like, who is let in, and what guesses cost."""

import asyncio
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from schemas.tables import Scope
from services.api.http.keys import KEY_CHARACTERS, Key, Keyring, digest, make_token, prefix_of
from services.api.http.problems import Away

NOW = datetime(2026, 10, 5, 12, tzinfo=UTC)


def key_of(token: str, *scopes: Scope, expires_at: datetime | None = None) -> Key:
    return Key(uuid4(), uuid4(), prefix_of(token), digest(token), frozenset(scopes or {Scope.READ}), None, expires_at)


class Shelf:
    """A database of keys, and a clock."""

    def __init__(self, *keys: Key) -> None:
        self.keys = list(keys)
        self.now = 100.0
        self.loads = 0
        self.noted: list[UUID] = []
        self.away = False

    async def load(self) -> Sequence[Key]:
        self.loads += 1
        if self.away:
            raise Away("away")
        return self.keys

    async def note(self, key: Key) -> None:
        self.noted.append(key.key_id)

    def ring(self) -> Keyring:
        return Keyring(self.load, self.note, seconds=5, clock=lambda: self.now)


def test_token_is_recognised_and_long_enough() -> None:
    tokens = {make_token() for _ in range(100)}
    assert len(tokens) == len({prefix_of(token) for token in tokens}) == 100
    for token in tokens:
        assert re.fullmatch(r"cw_[a-z0-9]{8}_[A-Za-z0-9_-]{43}", token)
        assert len(token) == KEY_CHARACTERS


def test_what_is_longer_than_a_key_is_none_and_costs_no_more() -> None:
    token = make_token()
    assert digest(token + "x") != digest(token)
    assert digest(token + "x" * 1_000_000) == digest(token + "xy")
    assert len(digest("\ud800")) == 32


def test_admin_may_all_and_others_what_they_have() -> None:
    assert all(key_of(make_token(), Scope.ADMIN).allows(scope) for scope in Scope)
    reader = key_of(make_token(), Scope.READ)
    assert [scope for scope in Scope if reader.allows(scope)] == [Scope.READ]


async def test_key_is_found_by_all_of_it() -> None:
    token = make_token()
    key = key_of(token)
    ring = Shelf(key).ring()
    assert await ring.find(token, NOW) is key
    wrong = token[:-1] + ("A" if token[-1] != "A" else "B")
    for other in ("", wrong, token[:-1], token + "A", token.upper(), make_token(), f" {token}", "\ud800", "x" * 10**6):
        assert await ring.find(other, NOW) is None, other[:60]


async def test_key_expires_to_the_second() -> None:
    token = make_token()
    ring = Shelf(key_of(token, expires_at=NOW)).ring()
    assert await ring.find(token, NOW - timedelta(seconds=1)) is not None
    assert await ring.find(token, NOW) is None


async def test_guesses_cost_the_database_nothing() -> None:
    shelf = Shelf(key_of(make_token()))
    ring = shelf.ring()
    for _ in range(1_000):
        assert await ring.find(make_token(), NOW) is None
    assert shelf.loads == 1
    assert len(ring._keys) == 1


async def test_new_and_revoked_keys_are_noticed_in_time() -> None:
    old, new = make_token(), make_token()
    shelf = Shelf(key_of(old))
    ring = shelf.ring()
    assert await ring.find(old, NOW)
    shelf.keys = [key_of(new)]
    shelf.now += 4.9
    assert await ring.find(old, NOW)
    assert await ring.find(new, NOW) is None
    shelf.now += 0.1
    assert await ring.find(old, NOW) is None
    assert await ring.find(new, NOW)


async def test_nobody_is_let_in_while_keys_cannot_be_read() -> None:
    token = make_token()
    shelf = Shelf(key_of(token))
    ring = shelf.ring()
    assert await ring.find(token, NOW)
    shelf.now, shelf.away = shelf.now + 5, True
    with pytest.raises(Away):
        await ring.find(token, NOW)
    shelf.away = False
    assert await ring.find(token, NOW)


async def test_many_who_come_while_keys_cannot_be_read_wait_for_one_attempt() -> None:
    token = make_token()
    shelf = Shelf(key_of(token))
    ring, shelf.away = shelf.ring(), True
    many = await asyncio.gather(*(ring.find(token, NOW) for _ in range(20)), return_exceptions=True)
    assert [type(found) for found in many] == [Away] * 20
    assert shelf.loads == 1
    shelf.away = False
    assert await asyncio.gather(*(ring.find(token, NOW) for _ in range(20))) == shelf.keys * 20
    assert shelf.loads == 2
    await ring.settle()


async def test_use_is_written_down_once_a_minute() -> None:
    token = make_token()
    key = key_of(token)
    shelf = Shelf(key)
    ring = shelf.ring()
    for seconds in (0, 30, 29, 1, 30):
        shelf.now += seconds
        await ring.find(token, NOW)
        await ring.find(make_token(), NOW)
    await ring.settle()
    assert shelf.noted == [key.key_id] * 2


async def test_uses_of_gone_keys_are_forgotten() -> None:
    token = make_token()
    shelf = Shelf(key_of(token))
    ring = shelf.ring()
    await ring.find(token, NOW)
    shelf.keys, shelf.now = [], shelf.now + 5
    await ring.find(token, NOW)
    assert ring._noted == {}
    await ring.settle()
