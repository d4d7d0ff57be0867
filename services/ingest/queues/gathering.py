"""A gathering: what many pieces of work ask of the database within a moment, done in one transaction for them all."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextvars import Context
from typing import Generic, TypeVar

LINGER_SECONDS = 0.05
"""How long is waited for others to ask: at fifty pages a second two or three share a transaction, and news that comes
so much later is no older."""

A = TypeVar("A")
R = TypeVar("R")


class Gathering(Generic[A, R]):
    """Has ``do`` answer what came within ``seconds`` of each other, in their order."""

    def __init__(self, do: Callable[[Sequence[A]], Awaitable[Sequence[R]]], *, seconds: float = LINGER_SECONDS) -> None:
        self._do = do
        self._seconds = seconds
        self._waiting: list[tuple[A, asyncio.Future[R]]] = []
        self._rounds: set[asyncio.Task[None]] = set()

    def add(self, asked: A) -> "asyncio.Future[R]":
        """Return what will be the answer, or what ``do`` raised; whoever stops waiting for it stops no other's."""
        told: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        self._waiting.append((asked, told))
        if len(self._waiting) == 1:
            # It runs for all, so what is bound to the logs of the first is none of it.
            task = asyncio.get_running_loop().create_task(self._answer(), context=Context())
            self._rounds.add(task)
            task.add_done_callback(self._rounds.discard)
        return told

    async def _answer(self) -> None:
        try:
            await asyncio.sleep(self._seconds)
        finally:
            here, self._waiting = self._waiting, []
        try:
            answers = await self._do([asked for asked, _ in here])
            for (_, told), answer in zip(here, answers, strict=True):
                if not told.done():
                    told.set_result(answer)
        except Exception as error:  # noqa: BLE001 (those who asked raise it)
            for _, told in here:
                if not told.done():
                    told.set_exception(error)
        finally:
            for _, told in here:
                told.cancel()
