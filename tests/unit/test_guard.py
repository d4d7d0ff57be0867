"""The guard: which addresses may be dialled."""

import socket

import pytest

from services.ingest.fetching.guard import AddressRefused, Guard, parse_allowed

PRIVATE = [
    "0.0.0.0",
    "0.1.2.3",
    "10.0.0.1",
    "100.64.0.1",
    "100.100.100.200",
    "127.0.0.1",
    "127.255.255.254",
    "168.63.129.16",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.8",
    "192.0.0.192",
    "192.0.2.1",
    "192.31.196.1",
    "192.52.193.1",
    "192.88.99.1",
    "192.168.0.1",
    "192.175.48.1",
    "198.18.0.1",
    "198.19.255.255",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::7f00:1",
    "::ffff:127.0.0.1",
    "::ffff:8.8.8.8",
    "::ffff:0:127.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::808:808",
    "64:ff9b:1::a00:1",
    "100::1",
    "100:0:0:1::1",
    "2001::1",
    "2001:0:7f00:1::",
    "2001:2::1",
    "2001:10::1",
    "2001:20::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "2002:808:808::1",
    "2620:4f:8000::1",
    "3fff::1",
    "4000::1",
    "5f00::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fe80::1%1",
    "fec0::1",
    "ff02::1",
    "2606:4700:0:0:0:5efe:7f00:1",
    "2606:4700:0:0:200:5efe:a00:1",
]
PUBLIC = [
    "1.1.1.1",
    "8.8.8.8",
    "172.32.0.1",
    "192.0.1.1",
    "198.20.0.1",
    "223.255.255.255",
    "2606:4700::1111",
    "2a00::1",
]


@pytest.mark.parametrize("address", PRIVATE)
def test_special_address_is_refused_with_its_reason(address: str) -> None:
    with pytest.raises(AddressRefused) as refused:
        Guard().check(address, 443)
    assert refused.value.address == address
    assert "RFC" in refused.value.reason or "cloud" in refused.value.reason


@pytest.mark.parametrize("address", PUBLIC)
def test_public_address_is_let_through_on_web_ports(address: str) -> None:
    Guard().check(address, 80)
    Guard().check(address, 443)


@pytest.mark.parametrize("port", [0, 22, 25, 6379, 8080, 65535])
def test_other_port_is_refused(port: int) -> None:
    with pytest.raises(AddressRefused) as refused:
        Guard().check("1.1.1.1", port)
    assert refused.value.reason == f"port {port} is neither 80 nor 443"


@pytest.mark.parametrize("text", ["", "localhost", "127.1", "2130706433", "0177.0.0.1", "/run/some.sock"])
def test_text_that_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(AddressRefused):
        Guard().check(text, 80)


@pytest.mark.parametrize(
    ("entry", "address", "port"),
    [
        ("127.0.0.0/8:8081", "127.0.0.2", 8081),
        ("127.0.0.1:8081", "127.0.0.1", 8081),
        ("10.0.0.0/8", "10.1.2.3", 443),
        ("[::1]:8081", "::1", 8081),
        ("[fd00::/8]:8081", "fd00::5", 8081),
        ("fd00::/8", "fd00::5", 80),
        ("[fd00::/8]", "fd00::5", 80),
        ("::1", "::1", 80),
        ("0.0.0.0/0:8080", "1.1.1.1", 8080),
    ],
)
def test_allowed_network_is_let_through_on_its_port_alone(entry: str, address: str, port: int) -> None:
    guard = Guard([entry])
    guard.check(address, port)
    with pytest.raises(AddressRefused):
        guard.check(address, 9999)


def test_allowed_network_does_not_allow_its_embeddings() -> None:
    guard = Guard(["127.0.0.0/8"])
    for address in ("::ffff:127.0.0.1", "64:ff9b::7f00:1", "10.0.0.1"):
        with pytest.raises(AddressRefused):
            guard.check(address, 80)


@pytest.mark.parametrize(
    "entry",
    [
        *("", "*", "localhost", "localhost:80", "127.1:80", "127.0.0.1/8", "127.0.0.0/8:", "127.0.0.0/8:0"),
        *("127.0.0.1:65536", "[127.0.0.1", "[::1", "::g"),
    ],
)
def test_unreadable_setting_is_refused_by_name(entry: str) -> None:
    with pytest.raises(ValueError, match=r"not a network|no such port") as refused:
        parse_allowed(entry)
    assert repr(entry) in str(refused.value)


def test_socket_is_made_only_for_a_checked_address() -> None:
    guard = Guard(["127.0.0.1:8081"])
    with guard.socket_factory((socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 8081))) as made:
        assert made.family == socket.AF_INET
    with pytest.raises(AddressRefused):
        guard.socket_factory((socket.AF_INET6, socket.SOCK_STREAM, 6, "", ("::1", 8081, 0, 0)))
