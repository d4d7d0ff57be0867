"""The client of the commands that ask the API: sends their key, follows cursors, and turns problems into one line."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Any

import aiohttp
from pydantic import SecretStr

from services.cli.exits import BadArgument, NothingThere

ASK_SECONDS = 30.0
"""How long the API may take for one answer."""

Item = dict[str, Any]


class Client:
    """Asks one API."""

    def __init__(self, http: aiohttp.ClientSession, url: str) -> None:
        self._http = http
        self.url = url.rstrip("/")

    async def get(self, path: str, **parameters: object) -> Item:
        """Return what is at a path; a parameter of None is not sent.

        Raises:
            NothingThere: there is nothing of that name, or no more.
            BadArgument: there is no answer, or it is another problem.
        """
        asked = {name: str(value) for name, value in parameters.items() if value is not None}
        _, answer = await self._ask("GET", path, HTTPStatus.OK, params=asked)
        return answer

    async def items(self, path: str, limit: int, *, most: int, **asked: object) -> AsyncIterator[Item]:
        """Yield up to ``limit`` items of a list, from answers of ``most`` each; raises as ``get`` does."""
        cursor = None
        while limit > 0:
            answer = await self.get(path, **asked, limit=min(limit, most), cursor=cursor)
            try:
                items, cursor = list(answer["items"]), answer["next_cursor"]
            except (LookupError, TypeError):
                raise self._stranger(HTTPStatus.OK) from None
            for item in items[:limit]:
                yield item
            limit -= len(items)
            if cursor is None:
                return

    async def post(self, path: str, body: Mapping[str, object]) -> str:
        """Hand something in; return where its status is. Raises as ``get`` does."""
        headers, _ = await self._ask("POST", path, HTTPStatus.ACCEPTED, json=body)
        if "Location" not in headers:
            raise self._stranger(HTTPStatus.ACCEPTED)
        return f"{self.url}{headers['Location']}"

    async def _ask(self, method: str, path: str, wanted: HTTPStatus, **said: Any) -> tuple[Mapping[str, str], Item]:
        try:
            async with self._http.request(method, f"{self.url}{path}", allow_redirects=False, **said) as response:
                status, headers, answer = response.status, response.headers, await response.json(content_type=None)
        except (aiohttp.ClientError, TimeoutError) as error:
            raise BadArgument(f"no answer from {self.url}: {error or type(error).__name__}") from None
        except ValueError:
            raise self._stranger(response.status) from None
        if not isinstance(answer, dict):
            raise self._stranger(status)
        if status != wanted:
            raise self._problem(status, answer)
        return headers, answer

    def _stranger(self, status: int) -> BadArgument:
        return BadArgument(f"{self.url} is not the API: it answered {status}")

    def _problem(self, status: int, answer: Item) -> BadArgument | NothingThere:
        """Return what a problem (RFC 9457) says, with each mistake it names."""
        detail, mistakes = answer.get("detail"), answer.get("errors") or []
        if not isinstance(detail, str) or not isinstance(mistakes, list):
            return self._stranger(status)
        if status in {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}:
            return NothingThere(detail)
        told = [f"{one.get('name')}: {one.get('detail')}" for one in mistakes if isinstance(one, dict)]
        hint = "; set CLAIMWIRE_API_KEY" if status == HTTPStatus.UNAUTHORIZED else ""
        return BadArgument(f"the API answered {status}: {detail}{''.join(f'; {one}' for one in told)}{hint}")


@asynccontextmanager
async def open_client(url: str, key: SecretStr | None = None) -> AsyncIterator[Client]:
    """Hold a client of the API at ``url``; raises ``BadArgument`` where the key cannot be sent."""
    secret = None if key is None else key.get_secret_value()
    if secret is not None and not (secret.isascii() and secret.isprintable()):
        raise BadArgument("CLAIMWIRE_API_KEY holds what no header can")
    headers = {} if secret is None else {"Authorization": f"Bearer {secret}"}
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=ASK_SECONDS), headers=headers) as http:
        yield Client(http, url)
