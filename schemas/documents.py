"""The JSON Schemas of the contracts, for consumers in other languages: ``python -m schemas.documents`` writes them."""

import json
from pathlib import Path

from pydantic import BaseModel

from schemas.events import ArticleExtracted, ArticleIngested
from schemas.extraction import Extraction

FOLDER = Path(__file__).resolve().parent

CONTRACTS: dict[str, type[BaseModel]] = {
    "article_extracted.v1.json": ArticleExtracted,
    "article_ingested.v1.json": ArticleIngested,
    "extraction.v1.json": Extraction,
}


def json_schema(contract: type[BaseModel]) -> str:
    """Return a contract's JSON Schema (draft 2020-12), as written: what a producer gives, defaults included."""
    dialect = "https://json-schema.org/draft/2020-12/schema"
    schema = {"$schema": dialect, **contract.model_json_schema(mode="serialization")}
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def main() -> None:
    """Write every document beside this module."""
    for name, contract in CONTRACTS.items():
        (FOLDER / name).write_text(json_schema(contract), "utf-8")


if __name__ == "__main__":
    main()
