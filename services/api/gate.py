"""The gate: below ``/v1`` nobody asks without a key where keys are on, nor more often than their quota."""

import logging
from datetime import UTC, datetime
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Send
from starlette.types import Scope as Asked

from schemas.tables import Scope
from services import metrics
from services.api.http.keys import Key, Keyring, find_key
from services.api.http.problems import NotAllowed, OutOfScope, Problem, RateLimited, answer
from services.api.http.quotas import Quotas, Standing, bucket_of
from services.api.http.transactions import Transactions
from services.api.http.writers import is_loopback
from services.api.queries import keys as queries
from services.logs import bound
from services.settings import ApiSettings

logger = logging.getLogger(__name__)

GUARDED = "/v1"
"""The path below which keys are asked for; health, version and the documentation are open."""

FAILURES_PER_MINUTE = 60
"""Requests without a good key that an address may send before 401 becomes 429; one with a good key is always let in,
for behind a proxy everybody has one address."""

CHALLENGE = {"WWW-Authenticate": "Bearer"}

BEARER = HTTPBearer(
    scheme_name="key",
    description="A key of `claimwire keys create`, where the API asks for keys.",
    auto_error=False,
)


class Needs:
    """A route's dependency: any of these scopes; raises OutOfScope. Where keys are off everybody has them."""

    def __init__(self, *scopes: Scope) -> None:
        self.scopes = scopes

    async def __call__(
        self, request: Request, _: Annotated[HTTPAuthorizationCredentials | None, Depends(BEARER)]
    ) -> None:
        """Refuse a key that has none of the scopes."""
        key = find_key(request)
        if key is None or any(key.allows(scope) for scope in self.scopes):
            return
        metrics.KEY_REQUESTS.labels(key.prefix, "out_of_scope").inc()
        scope = self.scopes[0]
        challenge = f'Bearer error="insufficient_scope", scope="{scope}"'
        raise OutOfScope(f"The key lacks the scope {scope}", headers={"WWW-Authenticate": challenge}, scope=scope)


def are_keys_on(settings: ApiSettings) -> bool:
    """Tell whether ``/v1`` needs a key."""
    return settings.api_keys == "on" or (settings.api_keys == "auto" and not is_loopback(settings.api_host))


def quota_of(key: Key | None, requests_per_minute: int) -> int:
    """Return the requests a minute of a key, or of nobody's; 0: no limit."""
    return requests_per_minute if key is None or key.requests_per_minute is None else key.requests_per_minute


def open_keyring(transactions: Transactions, *, seconds: float, requests_per_minute: int) -> Keyring:
    """Return the keyring of a database, whose keys have ``requests_per_minute`` where they have no number of theirs."""

    async def load() -> list[Key]:
        async with transactions.reading() as connection:
            keys = list(await queries.list_live(connection))
        metrics.KEY_QUOTA.clear()
        for key in keys:
            if quota := quota_of(key, requests_per_minute):
                metrics.KEY_QUOTA.labels(key.prefix).set(quota)
        return keys

    async def note_use(key: Key) -> None:
        try:
            async with transactions.writing() as connection:
                await queries.note_use(connection, key.key_id)
        except Problem:
            logger.info("when the key %s was used is not written down", key.prefix)

    return Keyring(load, note_use, seconds=seconds)


class Gate:
    """Lets requests pass, and puts the key of one into its state; without ``keyring`` only addresses have quotas."""

    def __init__(self, app: ASGIApp, *, keyring: Keyring | None, requests_per_minute: int) -> None:
        self._app = app
        self._keyring = keyring
        self._quota = requests_per_minute
        self._quotas = Quotas()

    async def __call__(self, scope: Asked, receive: Receive, send: Send) -> None:
        """Pass the request on with what is left of its quota, or answer why not."""
        if scope["path"] != GUARDED and not scope["path"].startswith(f"{GUARDED}/"):
            await self._app(scope, receive, send)
            return
        try:
            key = None if self._keyring is None else await self._find(self._keyring, scope)
            standing = await self._count(scope, key)
        except Problem as problem:
            await answer(problem)(scope, receive, send)
            return
        with bound(**({} if key is None else {"key": key.prefix})):
            await self._app(scope, receive, send if standing is None else _telling(send, standing))

    async def _find(self, keyring: Keyring, scope: Asked) -> Key:
        """Return the key of a request; every refusal looks the same, whatever is wrong with the key."""
        key = await keyring.find(_token(Headers(scope=scope)), datetime.now(UTC))
        if key is not None:
            scope.setdefault("state", {})["key"] = key
            return key
        standing = await self._quotas.take(f"failed {_bucket(scope)}", FAILURES_PER_MINUTE)
        if not standing.allowed:
            raise _limited(standing)
        raise NotAllowed("A good key is needed: Authorization: Bearer <key>", headers=CHALLENGE)

    async def _count(self, scope: Asked, key: Key | None) -> Standing | None:
        """Count the request and return how its caller's quota stands, or None where it has none; raises RateLimited."""
        quota = quota_of(key, self._quota)
        standing = None
        if quota:
            standing = await self._quotas.take(f"key {key.prefix}" if key else f"from {_bucket(scope)}", quota)
        allowed = standing is None or standing.allowed
        if key is not None:
            metrics.KEY_REQUESTS.labels(key.prefix, "allowed" if allowed else "rate_limited").inc()
        if standing is not None and not standing.allowed:
            raise _limited(standing)
        return standing


def _token(headers: Headers) -> str:
    """Return the key that a request brings, or nothing: of two Authorization headers neither counts."""
    given = headers.getlist("authorization")
    kind, _, token = given[0].partition(" ") if len(given) == 1 else ("", "", "")
    return token.strip(" ") if kind.lower() == "bearer" else ""


def _bucket(scope: Asked) -> str:
    client = scope.get("client")
    return bucket_of(client[0] if client else "")


def _limited(standing: Standing) -> Problem:
    return RateLimited("The requests of a minute are used up; wait as Retry-After says", headers=standing.headers())


def _telling(send: Send, standing: Standing) -> Send:
    """Return a ``send`` that adds how the quota stands."""

    async def tell(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message).update(standing.headers())
        await send(message)

    return tell
