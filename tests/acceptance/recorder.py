"""Asks a running API everything that the acceptance tests look at, once, so that no test waits for the services."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from aiohttp import ClientSession

from tests.acceptance.gold import Gold
from tests.acceptance.served import Recording, names_of, question
from tests.world import World

Parameters = Mapping[str, str | list[str]]


async def record(world: World, gold: Gold) -> Recording:
    """Submit the texts as they are, wait until they are stored, and ask."""
    days = [_today()]
    async with ClientSession(world.api_url) as http:
        await world.until(lambda: _is_ready(http), "the api ready")
        recorder = _Recorder(http, gold)
        submissions = {name: await recorder.submit(name, text) for name, text in gold.texts.items()}
        await world.until_settled(len(submissions))
        articles = {name: await recorder.find_article(submission) for name, submission in submissions.items()}
        await recorder.ask_articles([*articles.values()])
        await recorder.ask_entities()
        await recorder.ask_threads()
        await recorder.ask("/v1/compare", {"article": [*articles.values()]})
    return Recording(articles, [*days, _today()], recorder.asked)


async def _is_ready(http: ClientSession) -> bool:
    async with http.get("/readyz") as response:
        return response.status == 200


def _today() -> str:
    return datetime.now(UTC).date().isoformat()


class _Recorder:
    def __init__(self, http: ClientSession, gold: Gold) -> None:
        self._http, self._gold = http, gold
        self.asked: dict[str, tuple[int, Any]] = {}

    async def submit(self, name: str, text: str) -> str:
        """Hand in one text with a URL of its own host and nothing else; returns where its outcome will stand."""
        body = {"url": f"https://paper-{name[:3]}.example/{name}", "text": text}
        async with self._http.post("/v1/articles", json=body) as response:
            assert response.status == 202, await response.text()
            return str((await response.json())["links"]["self"])

    async def find_article(self, submission: str) -> str:
        """Return the article that a submission became."""
        found = await self.ask(submission)
        assert found["outcome"] == "published", found
        return str(found["article_id"])

    async def ask(self, path: str, parameters: Parameters | None = None) -> Any:
        """Ask one question, a list page by page to its end; returns the body where it is not refused, else null."""
        found: list[Any] = []
        cursor: dict[str, str] = {}
        while True:
            async with self._http.get(question(path, {**(parameters or {}), **cursor})) as response:
                status, body = response.status, await response.json(content_type=None)
            if status == 200 and "next_cursor" in body:
                found += body["items"]
                if body["next_cursor"] is not None:
                    cursor = {"cursor": body["next_cursor"]}
                    continue
                body = {"items": found}
            self.asked[question(path, parameters)] = (status, body)
            return body if status == 200 else None

    async def _list(self, path: str, parameters: Parameters | None = None) -> list[Any]:
        body = await self.ask(path, parameters)
        return body["items"] if body else []

    async def ask_articles(self, articles: list[str]) -> None:
        for path in (f"/v1/articles/{key}" for key in articles):
            for resource in (path, f"{path}/text", f"{path}/card"):
                await self.ask(resource)
            for claim in await self._list(f"{path}/claims"):
                await self.ask(f"/v1/claims/{claim['claim_id']}/relations")
        for line in self._gold.row("N14")["must_not"]:
            for path in ("/v1/articles", "/v1/claims"):
                await self.ask(path, {"q": line["query"]})

    async def ask_entities(self) -> None:
        timeline = self._gold.row("R7")["timeline"]
        for entity in await self._list("/v1/entities"):
            path = f"/v1/entities/{entity['entity_id']}"
            await self.ask(f"{path}/mentions")
            if timeline["speaker"] in names_of(entity):
                await self.ask(f"{path}/stances", {"topic": timeline["topic"]})

    async def ask_threads(self) -> None:
        """Ask for all threads, and for those about each question that has its own."""
        found = await self._list("/v1/threads")
        for name in ("A1", "A2", "A3"):
            for wanted in self._gold.row(name)["threads"]:
                found += await self._list("/v1/threads", {"q": wanted["about"]})
        for key in {thread["thread_id"] for thread in found}:
            await self.ask(f"/v1/threads/{key}")
