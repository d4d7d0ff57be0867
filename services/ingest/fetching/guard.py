"""The guard: decides for every single dial whether this address and port may be connected to.

The list is our own, because `ipaddress.is_global` differs between patch releases of Python (CVE-2024-4032) and calls
some translated and multicast addresses global. Sources: the IANA registries of special-purpose addresses for IPv4 and
IPv6 (RFC 6890 and its successors), of multicast addresses, and of allocated global unicast IPv6 space.
"""

import ipaddress
import re
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
AddressInfo = tuple[int | socket.AddressFamily, int | socket.SocketKind, int, str, tuple[Any, ...]]

PUBLIC_PORTS = frozenset({80, 443})
"""Where the web is served; any other port may be a service that takes an HTTP request for a command."""

_DENIED = {
    "0.0.0.0/8": "this network (RFC 791)",
    "10.0.0.0/8": "private use (RFC 1918)",
    "100.64.0.0/10": "shared by a carrier's customers (RFC 6598)",
    "127.0.0.0/8": "loopback (RFC 1122)",
    "168.63.129.16/32": "a cloud's own services, at a public address",
    "169.254.0.0/16": "link local, also cloud metadata (RFC 3927)",
    "172.16.0.0/12": "private use (RFC 1918)",
    "192.0.0.0/24": "protocol assignments (RFC 6890)",
    "192.0.2.0/24": "documentation (RFC 5737)",
    "192.31.196.0/24": "AS112 (RFC 7535)",
    "192.52.193.0/24": "multicast tunnels (RFC 7450)",
    "192.88.99.0/24": "6to4 relay (RFC 7526)",
    "192.168.0.0/16": "private use (RFC 1918)",
    "192.175.48.0/24": "AS112 (RFC 7534)",
    "198.18.0.0/15": "benchmarking (RFC 2544)",
    "198.51.100.0/24": "documentation (RFC 5737)",
    "203.0.113.0/24": "documentation (RFC 5737)",
    "224.0.0.0/4": "multicast (RFC 5771)",
    "240.0.0.0/4": "reserved, and broadcast (RFC 1112)",
    "::1/128": "loopback (RFC 4291)",
    "::ffff:0:0/96": "IPv4 mapped (RFC 4291)",
    "::ffff:0:0:0/96": "IPv4 translated (RFC 2765)",
    "::/96": "IPv4 compatible, and unspecified (RFC 4291)",
    "64:ff9b::/96": "IPv4 behind NAT64 (RFC 6052)",
    "64:ff9b:1::/48": "IPv4 behind local NAT64 (RFC 8215)",
    "100::/64": "discard (RFC 6666)",
    "2001::/32": "IPv4 behind Teredo (RFC 4380)",
    "2001::/23": "protocol assignments (RFC 2928)",
    "2001:db8::/32": "documentation (RFC 3849)",
    "2002::/16": "IPv4 behind 6to4 (RFC 3056)",
    "2620:4f:8000::/48": "AS112 (RFC 7534)",
    "3fff::/20": "documentation (RFC 9637)",
    "5f00::/16": "segment routing (RFC 9602)",
    "fc00::/7": "unique local (RFC 4193)",
    "fe80::/10": "link local (RFC 4291)",
    "fec0::/10": "site local (RFC 3879)",
    "ff00::/8": "multicast (RFC 4291)",
}
DENIED: tuple[tuple[Network, str], ...] = tuple((ipaddress.ip_network(text), why) for text, why in _DENIED.items())
"""Networks that are nobody's public web server, with the reason; the first that fits names it."""

GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")
"""The only IPv6 space IANA has allocated to the public (RFC 4291, section 2.4)."""

ISATAP_MARKS = frozenset({0x0000_5EFE, 0x0200_5EFE})
"""The upper half of an interface identifier whose lower half is an IPv4 address (RFC 5214, section 6.1)."""

_SETTING = re.compile(r"\[(?P<six>[^\]]+)\](?::(?P<six_port>\d{1,5}))?|(?P<four>[\d./]+)(?::(?P<four_port>\d{1,5}))?")


class AddressRefused(OSError):
    """This address may not be dialled; nothing was sent.

    It reads the same for every address: dialling code joins the failures of a host's several addresses into one error
    and keeps the type only of failures that read alike.
    """

    def __init__(self, address: str, reason: str) -> None:
        super().__init__("address refused")
        self.address = address
        self.reason = reason


@dataclass(frozen=True)
class Allowed:
    """A network that may be dialled although it is not public, on one port or (None) on the public ones."""

    network: Network
    port: int | None

    def covers(self, address: Address, port: int) -> bool:
        """Say whether this exception is about that address and port."""
        return address in self.network and (port in PUBLIC_PORTS if self.port is None else port == self.port)


class Guard:
    """Lets dials through to public addresses on ports 80 and 443, and to what the settings allow.

    A setting is `127.0.0.0/8:8081`, `[::1]:8081` or `[fd00::/8]:8081` (that port alone), or without the port
    `10.0.0.0/8`, `fd00::/8` (ports 80 and 443). Raises ValueError for any other form.
    """

    def __init__(self, allowed: Sequence[str] = ()) -> None:
        self._allowed = tuple(parse_allowed(entry) for entry in allowed)

    def check(self, address: str, port: int) -> None:
        """Return if `address`, an IPv4 or IPv6 literal, may be dialled at `port`; raise `AddressRefused` if not."""
        try:
            parsed = ipaddress.ip_address(address)
        except ValueError as error:
            raise AddressRefused(address, "not an address") from error
        if any(allowed.covers(parsed, port) for allowed in self._allowed):
            return
        reason = refusal(parsed)
        if reason is None and port not in PUBLIC_PORTS:
            reason = f"port {port} is neither 80 nor 443"
        if reason is not None:
            raise AddressRefused(address, reason)

    def socket_factory(self, address_info: AddressInfo) -> socket.socket:
        """Return an unconnected socket for `address_info`, as getaddrinfo gives it, once it is checked.

        The client calls it for every dial, after names are resolved, so a name that changes its mind is caught too.
        Raises `AddressRefused`.
        """
        family, kind, protocol, _, target = address_info
        self.check(str(target[0]), int(target[1]))
        return socket.socket(family, kind, protocol)


def refusal(address: Address) -> str | None:
    """Return why the address is not public, or None if it is."""
    for network, why in DENIED:
        if address in network:
            return why
    if isinstance(address, ipaddress.IPv4Address):
        return None
    if address not in GLOBAL_UNICAST:
        return "not allocated to the public (RFC 4291)"
    if (int(address) >> 32) & 0xFFFF_FFFF in ISATAP_MARKS:
        return "IPv4 behind ISATAP (RFC 5214)"
    return None


def parse_allowed(entry: str) -> Allowed:
    """Read one setting of `Guard`. Raises ValueError naming the entry."""
    text = entry.strip()
    if text.count(":") > 1 and not text.startswith("["):
        text = f"[{text}]"
    match = _SETTING.fullmatch(text)
    if match is None:
        raise ValueError(f"not a network with an optional port: {entry!r}")
    port = match["six_port"] or match["four_port"]
    try:
        network = ipaddress.ip_network(match["six"] or match["four"])
    except ValueError as error:
        raise ValueError(f"not a network with an optional port: {entry!r} ({error})") from error
    if port is not None and not 0 < int(port) < 65_536:  # noqa: PLR2004 - the largest port there is
        raise ValueError(f"no such port: {entry!r}")
    return Allowed(network, None if port is None else int(port))
