import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from services import offsets
from services.kafka import Partition
from services.offsets import MovedByAnother, Place

TOPIC = "claimwire.articles.v1"
HERE, OTHER = Partition(TOPIC, 0), Partition(TOPIC, 1)


async def find(engine: AsyncEngine, *, cluster: str = "one", partition: Partition = HERE, earliest: int = 0) -> Place:
    async with engine.begin() as connection:
        return await offsets.find_place(connection, cluster, partition, earliest=earliest)


async def move(engine: AsyncEngine, *, expected: int, to: Place) -> None:
    async with engine.begin() as connection:
        await offsets.move(connection, "one", HERE, expected=expected, to=to)


async def test_partition_never_read_begins_at_the_earliest_and_that_is_kept(engine: AsyncEngine) -> None:
    assert await find(engine, earliest=7) == Place(7, "", None)
    assert await find(engine, earliest=99) == Place(7, "", None)


async def test_place_of_another_cluster_or_partition_is_its_own(engine: AsyncEngine) -> None:
    await find(engine, earliest=7)
    assert await find(engine, cluster="two", earliest=1) == Place(1, "", None)
    assert await find(engine, partition=OTHER, earliest=2) == Place(2, "", None)
    await move(engine, expected=7, to=Place(9, "ss", None))
    assert (await find(engine, cluster="two")).next_offset == 1
    assert (await find(engine, partition=OTHER)).next_offset == 2


async def test_place_moves_from_where_it_was_left_only(engine: AsyncEngine) -> None:
    await find(engine)
    await move(engine, expected=0, to=Place(3, "sds", "1.0"))
    assert await find(engine) == Place(3, "sds", "1.0")
    for expected in (0, 2, 4):
        with pytest.raises(MovedByAnother, match=f"{TOPIC}-0 is not at {expected}"):
            await move(engine, expected=expected, to=Place(9, "", None))
    assert await find(engine) == Place(3, "sds", "1.0")


async def test_move_that_is_rolled_back_did_not_happen(engine: AsyncEngine) -> None:
    await find(engine)
    async with engine.connect() as connection:
        await offsets.move(connection, "one", HERE, expected=0, to=Place(5, "", None))
        await connection.rollback()
    assert (await find(engine)).next_offset == 0


async def test_place_that_is_nowhere_does_not_move(engine: AsyncEngine) -> None:
    with pytest.raises(MovedByAnother):
        await move(engine, expected=0, to=Place(1, "s", None))


async def test_reset_sets_any_place_unpaused(engine: AsyncEngine) -> None:
    await find(engine)
    await move(engine, expected=0, to=Place(30, "d" * 30, "1.0"))
    async with engine.begin() as connection:
        await offsets.reset(connection, "one", HERE, next_offset=12)
        await offsets.reset(connection, "one", OTHER, next_offset=4)
    assert await find(engine) == Place(12, "", None)
    assert await find(engine, partition=OTHER) == Place(4, "", None)


async def test_resume_lets_the_paused_go_on_where_they_stood(engine: AsyncEngine) -> None:
    await find(engine)
    await find(engine, partition=OTHER, earliest=8)
    await move(engine, expected=0, to=Place(30, "d" * 30, "1.0"))
    async with engine.begin() as connection:
        assert await offsets.resume(connection) == 1
        assert await offsets.resume(connection) == 0
    assert await find(engine) == Place(30, "", None)
    assert (await find(engine, partition=OTHER)).next_offset == 8


async def test_lag_counts_what_is_not_handled(engine: AsyncEngine) -> None:
    await find(engine, earliest=10)
    await find(engine, cluster="two", partition=OTHER, earliest=3)
    ends = {HERE: 25, OTHER: 5, Partition(TOPIC, 2): 0}
    async with engine.begin() as connection:
        assert await offsets.find_lag(connection, "one", ends) == {HERE: 15, OTHER: 5, Partition(TOPIC, 2): 0}
        assert await offsets.find_lag(connection, "one", {HERE: 4}) == {HERE: 0}, "a topic made anew has no lag below 0"
        assert list(await offsets.list_places(connection)) == [("one", HERE), ("two", OTHER)]
        assert list(await offsets.list_places(connection, "two")) == [("two", OTHER)]
