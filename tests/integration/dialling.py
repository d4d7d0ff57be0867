"""Names that resolve to what a test says, and guards that note every dial they would let through and refuse it."""

import socket
from collections.abc import Sequence

from aiohttp.abc import AbstractResolver, ResolveResult
from typing_extensions import override

from services.ingest.fetching.guard import AddressInfo, Guard


class NamesOf(AbstractResolver):
    """Resolves every name to the next of some answers, the last of them for ever."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self._answers = list(answers)
        self.asked: list[str] = []

    @override
    async def resolve(self, host: str, port: int = 0, family: int = 0) -> list[ResolveResult]:
        self.asked.append(host)
        addresses = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if not addresses:
            raise OSError("no such name")
        return [
            ResolveResult(hostname=host, host=address, port=port, family=10 if ":" in address else 2, proto=6, flags=4)
            for address in addresses
        ]

    @override
    async def close(self) -> None: ...


class NeverDials(Guard):
    """Checks like the guard, but what it lets through is noted and refused too; one port of 127.0.0.1 is dialled."""

    def __init__(self, port: int | None = None) -> None:
        super().__init__()
        self._port = port
        self.let_through: list[str] = []

    @override
    def socket_factory(self, address_info: AddressInfo) -> socket.socket:
        if self._port is not None and address_info[4][:2] == ("127.0.0.1", self._port):
            return socket.socket(*address_info[:3])
        with super().socket_factory(address_info):
            self.let_through.append(str(address_info[4][0]))
        raise OSError("never dials")
