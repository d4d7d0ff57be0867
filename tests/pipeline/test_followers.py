"""Whoever follows the changes, by pages, as a stream or on Kafka, ends with what a full listing shows.

Random lives of a few articles (they arrive, are revised, read again by a better extractor, erased, come late or twice)
are saved by the real store, numbered and published to the real Kafka, while followers read, go away and come back.
"""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from schemas.events import CLAIMS_TOPIC, ArticleExtracted, ArticleIngested
from schemas.extraction import Claim, MentionType
from services import changes, kafka
from services.api.resources.claims import READ
from services.extract import store
from services.extract.records import Erasure, Read
from services.kafka import Producer
from services.settings import Settings
from tests.builders import article, claim, mention, reading
from tests.integration.streaming import SECONDS, Server, open_server
from tests.world import Sent, list_sent

ARTICLES = 5
STEPS = 120
SENTENCES = tuple(f"Odra Venn said that pier {n} was closed." for n in range(8))

Copy = dict[str, dict[str, Any]]


@dataclass
class Life:
    """One article as the test lives it."""

    number: int
    revision: int = 0
    version: int = 1
    text: str = ""
    past: list[str] = field(default_factory=list)

    def event(self) -> ArticleIngested:
        url = f"https://news{self.number % 2}.example/{self.number}"
        publisher = {"domain": f"news{self.number % 2}.example", "name": None}
        return article(self.text, url=url, revision=self.revision, publisher=publisher)


def revise(life: Life, chance: random.Random) -> None:
    """Give the article another text, at times one that it had before."""
    life.past.append(life.text)
    life.revision += chance.randint(1, 3)
    life.version = chance.choice((life.version, max(1, life.version - 1)))
    if len(life.past) > 2 and chance.random() < 0.3:
        life.text = chance.choice(life.past[1:])
    else:
        life.text = " ".join(chance.sample(SENTENCES, chance.randint(1, len(SENTENCES))))


def read(life: Life, chance: random.Random) -> Read:
    """A reading that finds some of what is said, more or less surely."""
    said = [
        f"pier {n} was closed" for n in range(len(SENTENCES)) if f"pier {n} " in life.text and chance.random() < 0.7
    ]
    found: list[Claim] = []
    for words in said:
        more = {"speaker": "Odra Venn", "mention": 0} if chance.random() < 0.7 else {}
        nested = chance.randrange(len(found)) if found and chance.random() < 0.3 else None
        found.append(claim(life.text, words, confidence=chance.choice((0.05, 0.4, 0.9)), nested_in=nested, **more))  # type: ignore[arg-type]
    names = (mention(life.text, "Odra Venn", MentionType.PERSON),)
    return reading(life.event(), *found, version=life.version, mentions=names)


class World:
    """The articles, the database and Kafka, and the followers that poll."""

    def __init__(self, server: Server, producer: Producer, chance: random.Random) -> None:
        self.server, self.producer, self.chance = server, producer, chance
        self.lives = [Life(number) for number in range(ARTICLES)]
        self.polled = Pages(server)
        self.erased = 0

    async def step(self) -> None:
        """Do one random thing."""
        acts = (self.save, self.save, self.save, self.save_two_at_once, self.number, self.publish, self.poll)
        await self.chance.choice(acts)()
        if self.chance.random() < 0.02 and self.erased < ARTICLES - 2:
            self.erased += 1
            life = self.chance.choice(self.lives)
            await self.server.api.save(Erasure(life.event().article_id) if life.text else self._reading())

    def _reading(self, life: Life | None = None) -> Read:
        life = life or self.chance.choice(self.lives)
        if not life.text or self.chance.random() < 0.5:
            revise(life, self.chance)
        elif self.chance.random() < 0.8:
            life.version += 1
        late = self.chance.random() < 0.1 and life.revision > 1
        return read(Life(life.number, life.revision - 1, life.version, life.text) if late else life, self.chance)

    async def save(self) -> None:
        await self.server.api.save(*(self._reading() for _ in range(self.chance.randint(1, 3))))

    async def save_two_at_once(self) -> None:
        """Commit in another order than the rows were inserted in, with numbering in between."""
        one, two = self.chance.sample(self.lives, 2)
        async with self.server.api.database.connect() as first, self.server.api.database.connect() as second:
            await _insert(first, self._reading(one))
            await _insert(second, self._reading(two))
            await second.commit()
            await self.number()
            await first.commit()

    async def number(self) -> None:
        await changes.number(self.server.api.database)

    async def publish(self) -> None:
        """Publish what is due; at times forget that it was."""
        token = await changes.take_lease(self.server.api.database, 30)
        assert token is not None
        found = await changes.list_unpublished(self.server.api.database)
        for row in found:
            await changes.publish(self.producer, row)
        if found and self.chance.random() < 0.7:
            await changes.mark_published(self.server.api.database, token, found)
        await changes.give_lease_back(self.server.api.database, token)

    async def poll(self) -> None:
        await self.polled.go_on(self.chance.randint(1, 20))

    async def settle(self) -> int:
        """Number and publish everything; return the log's end."""
        while await changes.number(self.server.api.database):
            pass
        while await changes.list_unpublished(self.server.api.database):
            await self.publish()
        await self.polled.go_on(200)
        while await self.polled.go_on(200):
            pass
        return self.polled.after


async def _insert(connection: AsyncConnection, one: Read) -> None:
    await store.save(connection, [one])


def take(copy: Copy, item: dict[str, Any]) -> None:
    """What the API's description tells a follower to do."""
    assert not item["claims_omitted"]
    for key in item["retracted"]:
        copy.pop(key, None)
    copy.update({each["claim_id"]: each for each in item["claims"]})


class Pages:
    """Follows /v1/changes from 0."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self.after = 0
        self.copy: Copy = {}

    async def go_on(self, limit: int) -> bool:
        """Take one page; return whether there are more."""
        page = await self._server.api.get("/v1/changes", after=self.after, limit=limit)
        positions = [item["position"] for item in page["items"]]
        assert positions == list(range(self.after + 1, self.after + 1 + len(positions)))
        for item in page["items"]:
            take(self.copy, item)
        self.after = page["next_after"]
        return bool(page["more"])


class Listener:
    """Follows /v1/stream, goes away at random, at times in the middle of an event, and comes back."""

    def __init__(self, server: Server, chance: random.Random) -> None:
        self._server, self._chance = server, chance
        self.position = 0
        self.copy: Copy = {}
        self.visits = 0

    async def follow(self) -> None:
        while True:
            self.visits += 1
            client = await self._server.connect("after=0", f"Last-Event-ID: {self.position}")
            try:
                async with asyncio.timeout(self._chance.uniform(0.01, 0.6)):
                    for _ in range(self._chance.randint(1, 15)):
                        await self._take(await client.next())
            except TimeoutError:
                pass
            finally:
                client.writer.transport.abort()

    async def _take(self, heard: Any) -> None:
        assert heard is not None, "the stream ended"
        assert heard.id == self.position + (heard.event is not None), "a change is missing or told twice"
        if heard.event is not None:
            take(self.copy, heard.data)
        self.position = heard.id


def follow_kafka(sent: list[Sent]) -> dict[str, dict[str, Any]]:
    """What the claims topic tells: of each key the highest position counts, and nothing of one that is null."""
    last: dict[str, Sent] = {}
    for record in sent:
        if record.key not in last or record.position >= last[record.key].position:
            last[record.key] = record
    events = [ArticleExtracted.model_validate_json(each.value) for each in last.values() if each.value is not None]
    return {str(each.claim_id): _fields(each, event) for event in events for each in event.claims}


def _fields(one: Any, event: ArticleExtracted) -> dict[str, Any]:
    shown = one.model_dump(mode="json")
    nested = None if one.nested_in is None else str(event.claims[one.nested_in].claim_id)
    speaker = shown["speaker"] and {name: value for name, value in shown["speaker"].items() if name != "mention"}
    return {**{name: shown[name] for name in READ}, "speaker": speaker, "nested_in": nested}


def read_fields(shown: dict[str, Any]) -> dict[str, Any]:
    """What a shown claim has of its reading."""
    speaker = shown["speaker"] and {name: value for name, value in shown["speaker"].items() if name != "entity_id"}
    return {**{name: shown[name] for name in READ}, "speaker": speaker, "nested_in": shown["nested_in"]}


async def list_all(server: Server, **parameters: Any) -> Copy:
    parts = await server.api.walk("/v1/claims", limit=200, **parameters)
    return {each["claim_id"]: each for part in parts for each in part}


async def find_ends(settings: Settings) -> dict[Any, int]:
    """Where the claims topic ends before the test; brokers hear of a new topic a little later."""
    await kafka.create_topics(settings)
    async with asyncio.timeout(SECONDS):
        while True:
            with suppress(kafka.KafkaUnavailable):
                if found := await kafka.Watcher(settings).end_offsets(CLAIMS_TOPIC):
                    return dict(found)
            await asyncio.sleep(0.1)


@asynccontextmanager
async def open_followed(url: str, settings: Settings, seed: int) -> AsyncIterator[World]:
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(open_server(url))
        producer = await stack.enter_async_context(kafka.open_producer(settings, "followers"))
        yield World(server, producer, random.Random(seed))


@pytest.mark.parametrize("seed", range(4))
async def test_followers_end_with_what_a_full_listing_shows(migrated_url: str, kafka_servers: str, seed: int) -> None:
    settings = Settings.model_validate({"database_url": migrated_url, "kafka_servers": kafka_servers})
    first = await find_ends(settings)
    async with open_followed(migrated_url, settings, seed) as world:
        await world.save()  # the entity's row, which two transactions at once would otherwise wait for
        listener = Listener(world.server, random.Random(seed))
        listening = asyncio.create_task(listener.follow())
        for _ in range(STEPS):
            await world.step()
        end = await world.settle()
        async with asyncio.timeout(SECONDS):
            while listener.position < end and not listening.done():
                await asyncio.sleep(0.05)
        listening.cancel()
        await asyncio.wait({listening})
        assert listening.cancelled(), listening.exception()
        listed = await list_all(world.server, min_confidence=0)
        served = await list_all(world.server)
        assert len(listed) > len(served) > 0
        assert world.polled.copy == listed
        assert listener.copy == listed
        assert {key: each for key, each in listener.copy.items() if each["served"]} == served
        assert listener.visits > 5
        told = follow_kafka(await list_sent(settings, first))
        assert told == {key: read_fields(each) for key, each in listed.items()}
