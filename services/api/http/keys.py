"""Keys: 256 random bits behind a prefix that may be shown; of a key only the prefix and its SHA-256 are kept."""

import asyncio
import hashlib
import hmac
import secrets
import string
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from starlette.requests import Request

from schemas.tables import Scope

SIGN = "cw_"
"""What every key begins with, so that people and scanners of leaked secrets know one when they see it."""

NAME_CHARACTERS = 8
"""Of a key's own name in its prefix: 36 to the power of 8, so that even a million keys hardly ever share one."""

SECRET_BYTES = 32
"""256 random bits: nobody finds them by trying, so a plain hash is enough and no slow one is needed."""

PREFIX_CHARACTERS = len(SIGN) + NAME_CHARACTERS

KEY_CHARACTERS = PREFIX_CHARACTERS + 1 + 43
"""The prefix, a line between, and the 43 characters that 32 bytes have in base64url."""

USE_SECONDS = 60.0
"""How often a key's use is written down: enough to find keys that nobody uses."""

_NAME = string.ascii_lowercase + string.digits


@dataclass(frozen=True)
class Key:
    """A key as it is kept; ``holder_id`` stays the same when it is rotated."""

    key_id: UUID
    holder_id: UUID
    prefix: str
    sha256: bytes
    scopes: frozenset[Scope]
    requests_per_minute: int | None = None
    expires_at: datetime | None = None

    def allows(self, scope: Scope) -> bool:
        """Tell whether its holder may do what needs ``scope``; admin may all."""
        return scope in self.scopes or Scope.ADMIN in self.scopes

    def is_live(self, at: datetime) -> bool:
        """Tell whether it has not expired."""
        return self.expires_at is None or at < self.expires_at


def find_key(request: Request) -> Key | None:
    """Return the key that a request was let in with; None where keys are off."""
    key: Key | None = getattr(request.state, "key", None)
    return key


def make_token() -> str:
    """Return a new key as its holder gets it, once."""
    name = "".join(secrets.choice(_NAME) for _ in range(NAME_CHARACTERS))
    return f"{SIGN}{name}_{secrets.token_urlsafe(SECRET_BYTES)}"


def prefix_of(token: str) -> str:
    """Return what of a key may be shown."""
    return token[:PREFIX_CHARACTERS]


def digest(token: str) -> bytes:
    """Return a key's SHA-256; of what is longer than any key only so much that it is none, for it must cost no more."""
    return hashlib.sha256(token[: KEY_CHARACTERS + 1].encode("utf-8", "surrogatepass")).digest()


class Keyring:
    """The live keys, read from the database again where they were read longer ago than ``seconds``.

    A guess costs the database nothing and finds out nothing: all live keys are here, so an unknown prefix does the same
    work as a known one. A new key is good, and a revoked one bad, after ``seconds`` at the latest. Thousands of keys
    are one short query; where it fails nobody is let in, and what it raises goes to the caller.
    """

    def __init__(
        self,
        load: Callable[[], Awaitable[Sequence[Key]]],
        note_use: Callable[[Key], Awaitable[None]],
        *,
        seconds: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._load, self._note_use, self._seconds, self._clock = load, note_use, seconds, clock
        self._keys: dict[str, Key] = {}
        self._loaded: float | None = None
        self._loading: asyncio.Task[None] | None = None
        self._noted: dict[UUID, float] = {}
        self._notes: set[asyncio.Task[None]] = set()

    async def find(self, token: str, at: datetime) -> Key | None:
        """Return the key that ``token`` is, or None where it is none, or none any more."""
        await self._refresh()
        known = self._keys.get(prefix_of(token), _NOBODYS)
        if not hmac.compare_digest(known.sha256, digest(token)) or not known.is_live(at):
            return None
        self._use(known)
        return known

    async def _refresh(self) -> None:
        """Have the keys read if it is time; all who come meanwhile wait for that one reading, also for its failure."""
        if self._loading is None or self._loading.done():
            if self._loaded is not None and self._clock() - self._loaded < self._seconds:
                return
            self._loading = asyncio.ensure_future(self._read())
        await asyncio.shield(self._loading)

    async def _read(self) -> None:
        now = self._clock()
        self._keys = {key.prefix: key for key in await self._load()}
        self._loaded = now
        live = {key.key_id for key in self._keys.values()}
        self._noted = {key_id: noted for key_id, noted in self._noted.items() if key_id in live}

    def _use(self, key: Key) -> None:
        """Have a key's use written down beside the request, at most once a minute."""
        now = self._clock()
        if now - self._noted.get(key.key_id, -USE_SECONDS) >= USE_SECONDS:
            self._noted[key.key_id] = now
            note = asyncio.ensure_future(self._note_use(key))
            self._notes.add(note)
            note.add_done_callback(self._notes.discard)

    async def settle(self) -> None:
        """Wait until what was used is written down."""
        await asyncio.gather(*self._notes)


_NOBODYS = Key(UUID(int=0), UUID(int=0), "", bytes(hashlib.sha256().digest_size), frozenset())
"""What a token is compared with whose prefix is unknown: nothing has this SHA-256."""
