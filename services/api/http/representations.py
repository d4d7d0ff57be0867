"""Representations: a body as its client wants it: none where it holds the same already (ETag), else packed (br, gzip).

Tags are weak, of the body before it is packed, so that one tag fits all codings. Streams pass as they come.
"""

import asyncio
import hashlib
import zlib
from collections.abc import Callable, Mapping

import brotli
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

PACKED_MIN_BYTES = 1_024
"""A smaller body fits one packet anyhow."""

THREAD_MIN_BYTES = 256 * 1_024
"""Packing more than that takes over a millisecond, which other requests should not wait for: a thread does it."""

BROTLI_QUALITY = 4
GZIP_LEVEL = 5
"""Where another level costs much more time than it saves bytes, on pages of claims."""

TAG_DIGITS = 32
"""Of SHA-256: 128 bits, so that no two bodies share a tag."""

KEPT_BY_CLIENT = "private, no-cache"
"""A client may keep an answer and must ask whether it still holds; a shared cache may not: keys decide who reads."""


def _pack_brotli(body: bytes) -> bytes:
    return bytes(brotli.compress(body, quality=BROTLI_QUALITY))


def _pack_gzip(body: bytes) -> bytes:
    return zlib.compress(body, GZIP_LEVEL, wbits=16 + zlib.MAX_WBITS)


CODINGS: Mapping[str, Callable[[bytes], bytes]] = {"br": _pack_brotli, "gzip": _pack_gzip}
"""In the order of our preference."""


class Representations:
    """Tags and packs what answers a GET; what is no such answer is not to be stored."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and its answer back as the client wants it."""
        await self._app(scope, receive, _Answer(scope, send).send)


class _Answer:
    """One answer: its head is held back until it is known whether the body came whole."""

    def __init__(self, scope: Scope, send: Send) -> None:
        self._asked = Headers(scope=scope)
        self._is_get = scope["method"] == "GET"
        self._send = send
        self._head: Message | None = None

    async def send(self, message: Message) -> None:
        """Send a part of the answer on, or hold it."""
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            # Only a body that is whole has its length.
            if self._is_get and message["status"] == 200 and "content-length" in headers:  # noqa: PLR2004 (OK)
                self._head = message
                return
            headers.setdefault("Cache-Control", "no-store")
        elif self._head is not None:
            head, self._head = self._head, None
            if not message.get("more_body", False):
                message = {**message, "body": await represent(self._asked, head, message.get("body", b""))}
            await self._send(head)
        await self._send(message)


async def represent(asked: Headers, head: Message, body: bytes) -> bytes:
    """Return the body to send for a whole one, and make the head fit it."""
    headers = MutableHeaders(scope=head)
    tag = f'W/"{hashlib.sha256(body).hexdigest()[:TAG_DIGITS]}"'
    headers.setdefault("Cache-Control", KEPT_BY_CLIENT)
    headers.setdefault("ETag", tag)
    headers.add_vary_header("Accept-Encoding")
    if is_held(asked.get("if-none-match", ""), headers["ETag"]):
        head["status"] = 304
        del headers["Content-Length"], headers["Content-Type"]
        return b""
    coding = find_coding(asked.get("accept-encoding", ""))
    if coding is None or len(body) < PACKED_MIN_BYTES:
        return body
    pack = CODINGS[coding]
    packed = pack(body) if len(body) < THREAD_MIN_BYTES else await asyncio.to_thread(pack, body)
    headers["Content-Encoding"] = coding
    headers["Content-Length"] = str(len(packed))
    return packed


def is_held(if_none_match: str, tag: str) -> bool:
    """Tell whether a client holds what has ``tag``, by the weak comparison (RFC 9110, 13.1.2)."""
    held = {told.strip().removeprefix("W/") for told in if_none_match.split(",")}
    return "*" in held or tag.removeprefix("W/") in held


def find_coding(accept_encoding: str) -> str | None:
    """Return the coding of ours that a client likes best (RFC 9110, 12.5.3), or None for the body as it is."""
    weights = dict(map(_read_weight, accept_encoding.lower().split(",")))
    best = max(CODINGS, key=lambda coding: weights.get(coding, weights.get("*", 0.0)))
    weight = weights.get(best, weights.get("*", 0.0))
    return best if weight > 0 and weight >= weights.get("identity", 0.0) else None


def _read_weight(part: str) -> tuple[str, float]:
    """Return a coding and its weight; one that cannot be read is 0: it may be left out, and nothing breaks."""
    coding, _, parameter = part.partition(";")
    name, _, value = parameter.partition("=")
    if not parameter.strip():
        return coding.strip(), 1.0
    digits = value.strip().replace(".", "", 1)
    readable = name.strip() == "q" and digits.isascii() and digits.isdigit()
    return coding.strip(), float(value) if readable else 0.0
