"""What others rely on: every released shape still decodes, and what is generated is what the code says."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from pydantic import BaseModel
from pydantic_settings import BaseSettings

from schemas.documents import CONTRACTS, FOLDER, json_schema
from schemas.events import ArticleExtracted, ArticleIngested
from schemas.extraction import Extraction
from services import settings
from services.api import catalogue
from services.cli import configuration
from services.cli.metrics import page
from services.migrations import schema_sql

RELEASED = Path(__file__).parent / "contracts"
MODELS: dict[str, type[BaseModel]] = {
    "article_extracted": ArticleExtracted,
    "article_ingested": ArticleIngested,
    "extraction": Extraction,
}


@pytest.mark.parametrize("path", sorted(RELEASED.glob("*.json")), ids=lambda path: path.name)
def test_released_shape_is_still_understood(path: Path) -> None:
    model = MODELS[path.name.partition(".")[0]]
    released = json.loads(path.read_text("utf-8"))
    decoded = json.loads(model.model_validate(released).model_dump_json())
    assert_kept(released, decoded)


def assert_kept(released: object, decoded: object) -> None:
    """Every value of the released sample is still there, under the same name, with the same meaning."""
    if isinstance(released, dict):
        assert isinstance(decoded, dict)
        for name, value in released.items():
            assert_kept(value, decoded[name])
    elif isinstance(released, list):
        assert isinstance(decoded, list)
        assert len(released) == len(decoded)
        for one, other in zip(released, decoded, strict=True):
            assert_kept(one, other)
    else:
        assert str(decoded).replace("+00:00", "Z") == str(released).replace("+00:00", "Z")


def test_every_contract_has_a_released_sample() -> None:
    assert {path.name.partition(".")[0] for path in RELEASED.glob("*.json")} == set(MODELS)


@pytest.mark.parametrize("path", sorted(RELEASED.glob("*.full.json")), ids=lambda path: path.name)
def test_full_sample_is_valid_by_the_json_schema(path: Path) -> None:
    schema = json.loads((FOLDER / f"{path.name.partition('.')[0]}.v1.json").read_text("utf-8"))
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema).validate(json.loads(path.read_text("utf-8")))


@pytest.mark.parametrize("name", CONTRACTS)
def test_json_schema_is_the_codes(name: str) -> None:
    assert (FOLDER / name).read_text("utf-8") == json_schema(CONTRACTS[name]), "run: make documents"


def test_database_sql_is_the_migrations() -> None:
    assert (FOLDER / "database.sql").read_text("utf-8") == schema_sql(), "run: make documents"


def test_page_of_metrics_is_the_registrys() -> None:
    assert (FOLDER.parent / "docs" / "metrics.md").read_text("utf-8") == page(), "run: make documents"


def test_page_of_problems_is_the_classes() -> None:
    kept = (FOLDER.parent / "docs" / "problems.md").read_text("utf-8")
    assert kept == catalogue.page(), "run: make documents"


def test_page_of_settings_is_the_classes() -> None:
    kept = (FOLDER.parent / "docs" / "configuration.md").read_text("utf-8")
    assert kept == configuration.page(), "run: make documents"


def test_page_of_settings_has_every_setting_once() -> None:
    shown = re.findall(r"^\| `CLAIMWIRE_(\w+)` \|", configuration.page(), re.MULTILINE)
    classes = {*all_below(BaseSettings)}
    assert sorted(shown) == sorted({name.upper() for each in classes for name in each.model_fields})


def all_below(kind: type[BaseSettings]) -> Iterator[type[BaseSettings]]:
    for each in kind.__subclasses__():
        yield from ([each] if each.__module__ == settings.__name__ else [])
        yield from all_below(each)


def test_readme_shows_the_settings_used_most() -> None:
    shown = configuration.table()
    assert shown in (FOLDER.parent / "README.md").read_text("utf-8"), "print services.cli.configuration.table()"
    assert shown.count("| `CLAIMWIRE_") == len(configuration.MOST_USED)
