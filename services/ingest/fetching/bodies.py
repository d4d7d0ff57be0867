"""Bodies: reads the body of an answer, decompressed as it arrives, and never more of it than allowed."""

import asyncio

import aiohttp

from schemas.outcomes import PageOutcome
from services.ingest.fetching.responses import FetchFailed

ACCEPTED_ENCODINGS = "gzip, deflate, br"
"""What is asked for as Accept-Encoding; another one, or two at once, is refused."""

POLL_SECONDS = 0.25
"""How often the compressed size is looked at while nothing comes out of the decompressor."""

_ENCODINGS = frozenset({"", "identity", *ACCEPTED_ENCODINGS.split(", ")})


async def read_body(response: aiohttp.ClientResponse, max_bytes: int, *, truncate: bool) -> tuple[bytes, bool]:
    """Return the decompressed body, and whether it was cut at `max_bytes`.

    The limit holds for what is received as well as for what comes out of it. Memory stays near the limit: the client
    decompresses in steps and only as fast as they are read. Raises `FetchFailed`, or what the client raises.
    """
    encoding = ",".join(response.headers.getall("Content-Encoding", ())).strip().lower()
    if encoding not in _ENCODINGS:
        raise FetchFailed(PageOutcome.BAD_RESPONSE, f"content encoding {encoding!r} was not asked for")
    if not truncate and (response.content_length or 0) > max_bytes:
        raise _too_large(max_bytes)
    body = bytearray()
    while chunk := await _read_chunk(response.content, max_bytes):
        body += chunk
        if max(len(body), response.content.total_raw_bytes) > max_bytes:
            if not truncate:
                raise _too_large(max_bytes)
            return bytes(body[:max_bytes]), True
    return bytes(body), False


async def _read_chunk(content: aiohttp.StreamReader, max_bytes: int) -> bytes:
    """Return the next decompressed bytes, or none at the end; a compressed stream that yields none is watched."""
    while True:
        waiting = asyncio.timeout(POLL_SECONDS)
        try:
            async with waiting:
                return await content.readany()
        except TimeoutError:
            if not waiting.expired():
                raise
        if content.total_raw_bytes > max_bytes:
            raise _too_large(max_bytes)


def _too_large(max_bytes: int) -> FetchFailed:
    return FetchFailed(PageOutcome.TOO_LARGE, f"body of more than {max_bytes} bytes")
