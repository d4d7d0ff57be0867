"""How far extract has read: offsets in PostgreSQL, moved by compare-and-set with the rows of the records."""

from collections.abc import Mapping
from typing import NamedTuple

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from schemas.tables import consumer_offset
from services.kafka import Partition

CONSUMER = "extract"
"""The consumer group, and the name under which its offsets are kept."""

RECENT_RECORDS = 50
"""How many of a partition's last records are looked at for too many dead letters."""

RECENT_DEAD_MAX = 25
"""More dead letters than this among them, and the partition pauses: then our code is at fault, not the records."""

DEAD = "d"
SAVED = "s"


class MovedByAnother(Exception):
    """The offset is not where we left it: another consumer moved it, or the database went back in time."""


class Place(NamedTuple):
    """Where to go on in a partition, what became of its last records, and the version of the code that paused it."""

    next_offset: int
    recent: str
    paused_by_version: str | None

    def after(self, dead: list[bool], *, version: str, next_offset: int) -> "Place":
        """Return the place after some more records, paused if too many of the last ones are dead letters."""
        recent = (self.recent + "".join(DEAD if is_dead else SAVED for is_dead in dead))[-RECENT_RECORDS:]
        return Place(next_offset, recent, version if recent.count(DEAD) > RECENT_DEAD_MAX else None)

    def room(self, dead: list[bool]) -> int:
        """Return how many of these records may be handled before the partition pauses: all, or up to the last straw."""
        for count in range(1, len(dead) + 1):
            if self.after(dead[:count], version="", next_offset=0).paused_by_version is not None:
                return count
        return len(dead)


def _row(cluster_id: str, partition: Partition) -> dict[str, object]:
    return {
        "consumer": CONSUMER,
        "cluster_id": cluster_id,
        "topic": partition.topic,
        "partition": partition.number,
    }


async def find_place(connection: AsyncConnection, cluster_id: str, partition: Partition, *, earliest: int) -> Place:
    """Return the place in a partition; one never read before begins at ``earliest``, and that is kept."""
    row = _row(cluster_id, partition)
    await connection.execute(insert(consumer_offset).values(**row, next_offset=earliest).on_conflict_do_nothing())
    columns = (consumer_offset.c.next_offset, consumer_offset.c.recent, consumer_offset.c.paused_by_version)
    found = (await connection.execute(select(*columns).filter_by(**row))).one()
    return Place(*found)


async def move(connection: AsyncConnection, cluster_id: str, partition: Partition, *, expected: int, to: Place) -> None:
    """Move the offset from ``expected``; the rows of the records are saved in the same transaction.

    Raises:
        MovedByAnother: it is not at ``expected``; roll back, and seek anew if the partition is still ours.
    """
    moved = await connection.execute(
        update(consumer_offset)
        .filter_by(**_row(cluster_id, partition), next_offset=expected)
        .values(**to._asdict(), moved_at=func.now())
    )
    if moved.rowcount != 1:
        raise MovedByAnother(f"{partition.topic}-{partition.number} is not at {expected}")


async def list_places(connection: AsyncConnection, cluster_id: str | None = None) -> dict[tuple[str, Partition], Place]:
    """Return every place kept, by cluster and partition."""
    query = select(consumer_offset).filter_by(consumer=CONSUMER)
    if cluster_id is not None:
        query = query.filter_by(cluster_id=cluster_id)
    rows = (await connection.execute(query.order_by(consumer_offset.c.topic, consumer_offset.c.partition))).all()
    return {
        (row.cluster_id, Partition(row.topic, row.partition)): Place(row.next_offset, row.recent, row.paused_by_version)
        for row in rows
    }


async def find_lag(connection: AsyncConnection, cluster_id: str, ends: Mapping[Partition, int]) -> dict[Partition, int]:
    """Return how many records of each partition are not handled yet; of one never read, all up to its end."""
    places = await list_places(connection, cluster_id)
    return {
        partition: max(0, end - (places[cluster_id, partition].next_offset if (cluster_id, partition) in places else 0))
        for partition, end in ends.items()
    }


async def reset(connection: AsyncConnection, cluster_id: str, partition: Partition, *, next_offset: int) -> None:
    """Set the place by hand, unpaused: for a topic that was made anew, or to read again what is still there."""
    values = {"next_offset": next_offset, "recent": "", "paused_by_version": None}
    row = _row(cluster_id, partition)
    await connection.execute(
        insert(consumer_offset)
        .values(**row, **values)
        .on_conflict_do_update(constraint="pk_consumer_offset", set_=values)
    )


async def resume(connection: AsyncConnection) -> int:
    """Let every paused partition go on; return how many there were."""
    resumed = await connection.execute(
        update(consumer_offset)
        .filter_by(consumer=CONSUMER)
        .where(consumer_offset.c.paused_by_version.is_not(None))
        .values(recent="", paused_by_version=None)
    )
    return resumed.rowcount
