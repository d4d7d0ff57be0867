"""Writers: who may change something: the holder of a key; where keys are off, whoever is on this machine."""

import ipaddress

from fastapi import Request

from services.api.http.keys import find_key
from services.api.http.problems import NotAllowed

SUBMITTER = "loopback"
"""The submitter of what comes from this machine."""


def is_loopback(host: str) -> bool:
    """Tell whether a host, as an address or as ``localhost``, can only be this machine."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() == "localhost"


async def find_submitter(request: Request) -> str:
    """Return who the request comes from; raises NotAllowed.

    With a key that is its holder, who stays the same when the key is rotated. Without, a web page could make its own
    host name lead to this machine and then speak to us as its own origin (DNS rebinding); the Host header betrays it.
    """
    key = find_key(request)
    if key is not None:
        return str(key.holder_id)
    open_to_writers: bool = request.app.state.writable
    if not open_to_writers or not is_loopback(request.url.hostname or ""):
        raise NotAllowed("This API takes no submissions here", headers={"WWW-Authenticate": "Bearer"})
    return SUBMITTER
