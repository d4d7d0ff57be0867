"""A database with a little of everything that the gateway shows."""

from sqlalchemy import text as sql
from sqlalchemy.ext.asyncio import AsyncEngine

from schemas.events import Publisher
from schemas.extraction import Polarity, Voice
from services.extract.records import Erasure, Read
from services.extract.store import save
from tests.builders import article, claim, mention, reading

NAMES = ("Anna Weller", "Ola Brink", "Per Holm")
TEXT = '{name}, the mayor, said: "The bridge is closed." Nobody was hurt. Traffic was slow on Monday. ' * 20
ARTICLES = 4

INTAKE = (
    "INSERT INTO feed (feed_id, url, publisher_domain) "
    "SELECT gen_random_uuid(), 'https://news.example/' || n, 'news.example' FROM generate_series(1, 3) n; "
    "INSERT INTO page (page_id, url, host, arrival, publisher_domain) "
    "SELECT gen_random_uuid(), 'https://news.example/' || n, 'news.example', 'fetched', 'news.example' "
    "FROM generate_series(1, 3) n; "
    "INSERT INTO submission (submission_id, submitter, body_sha256, url) "
    "VALUES (gen_random_uuid(), 'a', 'a', 'https://news.example/a'); "
    "UPDATE change SET position = sequence"
)


def read(number: int, *, revision: int = 1) -> Read:
    """An article of one of three mayors; its second revision says less."""
    name = NAMES[number % len(NAMES)]
    text = TEXT.format(name=name)[: None if revision == 1 else 500]
    publisher = Publisher(domain=f"{number % 2}.example", name=None)
    event = article(text, url=f"https://news.example/{number}", publisher=publisher, revision=revision)
    said = claim(text, "The bridge is closed.", speaker=name, mention=0)
    denied = claim(text, "Nobody was hurt.", polarity=Polarity.DENIED, voice=Voice.ARTICLE, form=None)
    slow = claim(text, "Traffic was slow", voice=Voice.ARTICLE, form=None)
    claims = (said, denied, slow) if revision == 1 else (said, denied)
    return reading(event, *claims, mentions=(mention(text, name),))


COMPARED = (
    'INSERT INTO relation (a, b, article_a, article_b, kind, score, reasons, objects, "order") '
    "SELECT a.claim_id, b.claim_id, a.article_id, b.article_id, 'agrees', 0.9, '[]', "
    '\'{"shared": [], "own": [], "other": []}\', \'unknown\' FROM claim a JOIN claim b ON a.content = b.content '
    "AND a.claim_id < b.claim_id AND a.article_id <> b.article_id "
    "WHERE a.retracted_at IS NULL AND b.retracted_at IS NULL; "
    "INSERT INTO thread (thread_id, status, claims, articles, origins, affirmed_by) "
    "SELECT md5(content)::uuid, 'uncontested', count(*), count(DISTINCT article_id), count(DISTINCT article_id), "
    '\'[{"entity_id": null, "name": "Anna Weller"}]\' FROM claim WHERE retracted_at IS NULL GROUP BY content; '
    "INSERT INTO thread_claim (thread_id, claim_id, side, origin_id) "
    "SELECT md5(content)::uuid, claim_id, CASE polarity WHEN 'denied' THEN 'denying' ELSE 'affirming' END, article_id "
    "FROM claim WHERE retracted_at IS NULL; "
    "INSERT INTO entity_pin (a, b, kind) "
    "SELECT a.entity_id, b.entity_id, 'apart' FROM entity a JOIN entity b ON a.entity_id < b.entity_id"
)
"""Claims of the same words agree and are one thread."""


async def fill(database: AsyncEngine) -> None:
    """Save articles of which one was revised and one erased, with what came in and the change log numbered."""
    async with database.begin() as connection:
        await save(connection, [read(number) for number in range(ARTICLES)])
        await save(connection, [read(0, revision=2)])
        await save(connection, [Erasure(read(ARTICLES - 1).event.article_id)])
        for statement in (*COMPARED.split("; "), *INTAKE.split("; ")):
            await connection.execute(sql(statement))
