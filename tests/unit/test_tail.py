import asyncio
from uuid import UUID

import orjson
import pytest

from schemas.outcomes import StreamEnd
from schemas.tables import ChangeKind
from services.api.resources.changes import Change
from services.api.resources.recent import Event, Recent, write_event
from services.api.resources.stream import Wanted
from services.api.resources.tail import Stream


def event(position: int, *, article: int = 1, kind: ChangeKind = ChangeKind.EXTRACTED, words: str = "") -> Event:
    json = orjson.dumps({"position": position, "publisher": {"domain": "news.example"}, "claims": [words]})
    return write_event(Change(position, kind, UUID(int=article), "news.example", json))


def data(sent: bytes) -> dict[str, object]:
    found: dict[str, object] = orjson.loads(sent.partition(b"\ndata: ")[2])
    return found


def test_event_is_written_as_the_standard_has_it() -> None:
    written = write_event(Change(7, ChangeKind.ERASED, UUID(int=1), None, b'{"a":"\\n"}'))
    assert written.sent == b'id: 7\nevent: erased\ndata: {"a":"\\n"}\n\n'


def test_recent_gives_what_comes_after_a_position() -> None:
    recent = Recent(4)
    recent.add([event(5), event(6)])
    recent.add([event(7)])
    assert [each.position for each in recent.after(5) or ()] == [6, 7]
    assert [each.position for each in recent.after(4) or ()] == [5, 6, 7]
    assert recent.after(7) == recent.after(9) == []
    assert recent.after(3) is None


def test_recent_gives_a_few_at_a_time_so_that_words_erased_meanwhile_stay() -> None:
    recent = Recent(0)
    recent.add([event(position, article=position, words="secret") for position in range(1, 51)])
    first = [each.position for each in recent.after(0) or ()]
    assert first == list(range(1, 21))
    recent.add([event(51, article=30, kind=ChangeKind.ERASED)])
    rest = [*(recent.after(20) or ()), *(recent.after(40) or ())]
    assert [each.position for each in rest] == list(range(21, 52))
    assert b"secret" not in next(each.sent for each in rest if each.article_id == UUID(int=30))


def test_recent_needs_no_positions_without_gaps() -> None:
    recent = Recent(4)
    recent.add([event(5), event(900)])
    assert [each.position for each in recent.after(5) or ()] == [900]
    assert [each.position for each in recent.after(899) or ()] == [900]


def test_recent_over_its_bytes_forgets_the_oldest_and_says_so() -> None:
    recent = Recent(0, most_bytes=1_500)
    recent.add([event(number, words="x" * 400) for number in range(1, 7)])
    assert recent.floor == 3
    assert recent.after(2) is None
    assert [each.position for each in recent.after(3) or ()] == [4, 5, 6]


def test_recent_keeps_one_event_that_is_larger_than_all() -> None:
    recent = Recent(0, most_bytes=10)
    recent.add([event(1), event(2, words="x" * 100)])
    assert [each.position for each in recent.after(1) or ()] == [2]


def test_recent_forgets_the_words_of_an_article_that_was_erased() -> None:
    recent = Recent(0, most_bytes=100_000)
    recent.add([event(1, article=1, words="secret"), event(2, article=2, words="open")])
    recent.add([event(3, article=1, kind=ChangeKind.ERASED)])
    first, second, third = recent.after(0) or []
    assert data(first.sent) == {"position": 1, "publisher": None, "claims": []}
    assert (first.publisher, first.position, third.kind) == (None, 1, ChangeKind.ERASED)
    assert data(second.sent)["claims"] == ["open"]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({}, [1, 2, 3]),
        ({"article": UUID(int=1)}, [1, 3]),
        ({"kind": "erased"}, [3]),
        ({"publisher": "NEWS.example"}, [1, 2, 3]),
        ({"publisher": "other.example"}, [3]),
        ({"publisher": "other.example", "kind": "extracted"}, []),
    ],
)
def test_wanted_takes_what_it_names(wanted: dict[str, object], expected: list[int]) -> None:
    events = [event(1), event(2, article=2), event(3, kind=ChangeKind.ERASED)]
    takes = Wanted.model_validate(wanted).takes
    assert [each.position for each in events if takes(each)] == expected


async def test_stream_that_finishes_stops_waiting_for_its_client() -> None:
    stream = Stream()

    async def send() -> None:
        async with asyncio.timeout(60) as stream.sending:
            stream.finish(StreamEnd.STOPPING)
            stream.finish(StreamEnd.SLOW)
            await asyncio.sleep(60)

    with pytest.raises(TimeoutError):
        await send()
    assert (stream.end, stream.news.is_set()) == (StreamEnd.STOPPING, True)
