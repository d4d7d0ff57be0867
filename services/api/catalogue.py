"""The problems that the API answers, as ``docs/problems.md`` lists them: ``python -m services.api.catalogue``."""

import json
import sys
from collections.abc import Iterator
from http import HTTPStatus

from services.api.http.problems import Problem, describe

OF_THE_FRAMEWORK = {
    HTTPStatus.METHOD_NOT_ALLOWED: "The path is there and takes other methods: `Allow` names them.",
    HTTPStatus.INTERNAL_SERVER_ERROR: "The service failed; its log says how, under the answer's `X-Request-Id`.",
}
"""Problems that no class of ours stands for; their code is their status."""

MISTAKE = {"part": "query", "name": "limit", "detail": "Input should be less than or equal to 200"}

PAGE = """# Problems

Every error of the API is a problem as RFC 9457 has it, of the media type `application/problem+json`:

```json
{problem}
```

Go by `code`, or by `type`, which is the same with `urn:claimwire:problem:` before it: neither ever changes its meaning.
`detail` is for people and may change. With 422 `errors` names each parameter (`part`: `query`, `header` or `body`) and
what is wrong with it, and never repeats what was sent. 429 and 503 say in `Retry-After` after how many seconds to try
again. This page is made from the code (`make documents`) and checked against it.

| code | status | meaning |
|---|---|---|
"""


def list_problems() -> Iterator[tuple[int, str, str]]:
    """Return the status, the code and the meaning of every problem, by status and code."""
    ours = ((problem.status, problem.code, _meaning(problem)) for problem in Problem.__subclasses__())
    others = ((status, status.name.lower(), meaning) for status, meaning in OF_THE_FRAMEWORK.items())
    yield from sorted((int(status), code, meaning) for status, code, meaning in (*ours, *others))


def give_example(status: int, code: str, meaning: str) -> dict[str, object]:
    """Return a problem as it may be answered."""
    members = {"errors": [MISTAKE]} if status == HTTPStatus.UNPROCESSABLE_ENTITY else {}
    return describe(status, code, meaning.rstrip("."), **members)


def page() -> str:
    """Return the page in Markdown."""
    invalid = next(found for found in list_problems() if found[1] == "invalid")
    rows = [
        f"| `{code}` | {status} {describe(status, code, meaning)['title']} | {meaning} |\n"
        for status, code, meaning in list_problems()
    ]
    return PAGE.replace("{problem}", json.dumps(give_example(*invalid), indent=2)) + "".join(rows)


def _meaning(problem: type[Problem]) -> str:
    return " ".join((problem.__doc__ or "").partition("\n\n")[0].split())


if __name__ == "__main__":
    sys.stdout.write(page())
