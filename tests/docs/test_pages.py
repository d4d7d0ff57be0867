"""The pages for people name nothing that is not there; and the checker that says so finds what is seeded."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.docs.pages import CHECKS, ROOT, Page, pages

PAGES = pages()


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.path.relative_to(ROOT)))
def test_page_names_what_is_there(page: Page, check: Callable[[Page], Iterator[str]]) -> None:
    assert list(check(page)) == []


def test_pages_are_those_for_people() -> None:
    names = {str(page.path.relative_to(ROOT)) for page in PAGES}
    assert names >= {"README.md", "CONTRIBUTING.md", "docs/operations.md", "docs/api.md", "deploy/runbook.md"}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("[a](docs/nowhere.md)", "no file docs/nowhere.md"),
        ("[a](docs/operations.md#nowhere)", "no heading docs/operations.md#nowhere"),
        ("# Here\n[a](#there)", "no heading #there"),
        ("`services/nowhere.py`", "no path services/nowhere.py"),
        ("`nowhere.yaml`", "no path nowhere.yaml"),
        ("```sh\nkubectl apply -k deploy/nowhere\n```", "no path deploy/nowhere"),
        ("`make nothing`", "no target nothing"),
        ("```\nmake nothing  # at all\n```", "no target nothing"),
        ("`claimwire nothing`", "no command claimwire nothing"),
        ("`claimwire offsets show --nothing`", "no command claimwire offsets show --nothing"),
        ("`kubectl exec x -- claimwire nothing`", "no command claimwire nothing"),
        ("`CLAIMWIRE_NOTHING`", "no setting CLAIMWIRE_NOTHING"),
        ("`CLAIMWIRE_NOTHING_*`", "no setting CLAIMWIRE_NOTHING_*"),
        ("`max(claimwire_nothing)`", "no metric claimwire_nothing"),
        ("`claimwire:nothing`", "no metric claimwire:nothing"),
        ("`GET /v1/nothing`", "no route /v1/nothing"),
        ("   ```sh\n   if true; then\n   ```", "bash: line"),
    ],
)
def test_fault_of_a_page_is_found(text: str, found: str) -> None:
    page = Page(Path(ROOT / "README.md"), text)
    told = [problem for check in CHECKS for problem in check(page)]
    assert len(told) == 1
    assert told[0].startswith(found)


def test_page_without_a_fault_has_none() -> None:
    text = """# A page

[here](#a-page), [there](docs/operations.md#upgrade), [outside](https://example.com/x).
`services/settings.py`, `make test`, `claimwire offsets show`, `CLAIMWIRE_DATABASE_URL`, `CLAIMWIRE_KAFKA_*`,
`/v1/claims/{id}`.

```sh
claimwire erase news.example --yes   # for good
curl "http://127.0.0.1:8000/v1/articles/$ID/text"
```
"""
    page = Page(ROOT / "README.md", text)
    assert [problem for check in CHECKS for problem in check(page)] == []
