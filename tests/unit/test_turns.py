"""Turns: few requests are worked on at once, and nobody holds a turn by sending or reading slowly."""

import asyncio

from starlette.requests import Request
from starlette.types import Message, Receive, Scope, Send

from services.api.http.limits import AT_WORK, Turns, end_turn

SCOPE: Scope = {"type": "http", "path": "/v1/claims"}
WHOLE: Message = {"type": "http.request", "body": b"", "more_body": False}


class Work:
    """An application that answers when it may, and counts who is at work."""

    def __init__(self) -> None:
        self.may_answer, self.may_end = asyncio.Event(), asyncio.Event()
        self.at_work = self.begun = 0
        self.bodies: list[bytes] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.begun += 1
        self.at_work += 1
        self.bodies.append((await receive())["body"])
        await self.may_answer.wait()
        self.at_work -= 1
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await self.may_end.wait()


async def whole() -> Message:
    return WHOLE


async def nowhere(_: Message) -> None:
    return


async def settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_few_are_worked_on_at_once_and_the_others_wait() -> None:
    work = Work()
    turns = Turns(work)
    asked = [asyncio.create_task(turns(SCOPE, whole, nowhere)) for _ in range(AT_WORK + 3)]
    await settle()
    assert (work.begun, work.at_work) == (AT_WORK, AT_WORK)
    work.may_answer.set()  # the answers begin, and are read slowly
    await settle()
    assert (work.begun, work.at_work) == (AT_WORK + 3, 0)
    work.may_end.set()
    await asyncio.gather(*asked)


async def test_request_whose_body_is_not_whole_has_no_turn() -> None:
    work = Work()
    turns = Turns(work)
    rest = asyncio.Event()
    messages = [{**WHOLE, "body": b"a", "more_body": True}, {**WHOLE, "body": b"b"}]

    async def slow() -> Message:
        if len(messages) == 1:
            await rest.wait()
        return messages.pop(0)

    slowly = asyncio.create_task(turns(SCOPE, slow, nowhere))
    await settle()
    assert work.begun == 0
    rest.set()
    await settle()
    assert work.bodies == [b"a"]  # as it came, from its beginning
    work.may_answer.set()
    work.may_end.set()
    await slowly


async def test_turn_is_given_back_where_the_work_fails() -> None:
    async def fail(_: Scope, __: Receive, ___: Send) -> None:
        raise ValueError

    turns = Turns(fail)
    for _ in range(2 * AT_WORK):
        (result,) = await asyncio.gather(turns(SCOPE, whole, nowhere), return_exceptions=True)
        assert isinstance(result, ValueError)


async def test_request_that_waits_for_its_like_ends_its_turn_first() -> None:
    waiting = asyncio.Event()
    begun = 0

    async def compare(scope: Scope, _: Receive, __: Send) -> None:
        nonlocal begun
        begun += 1
        end_turn(Request(scope))
        await waiting.wait()

    turns = Turns(compare)
    asked = [asyncio.create_task(turns(dict(SCOPE), whole, nowhere)) for _ in range(3 * AT_WORK)]
    await settle()
    assert begun == 3 * AT_WORK
    waiting.set()
    await asyncio.gather(*asked)


async def test_request_whose_turn_does_not_come_is_told_so() -> None:
    work = Work()
    turns = Turns(work, seconds=0.05)
    asked = [asyncio.create_task(turns(dict(SCOPE), whole, nowhere)) for _ in range(AT_WORK)]
    await settle()
    told: list[Message] = []

    async def tell(message: Message) -> None:
        told.append(message)

    await turns(dict(SCOPE), whole, tell)
    assert told[0]["status"] == 503
    work.may_answer.set()
    work.may_end.set()
    await asyncio.gather(*asked)
    await turns(dict(SCOPE), whole, nowhere)  # and there is room again
    assert work.begun == AT_WORK + 1
