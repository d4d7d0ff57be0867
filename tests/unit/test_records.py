import json

import pytest

from schemas.outcomes import DeadLetterReason
from services.extract.records import Erasure, Read, Unusable, read
from tests.builders import article, key_of

EVENT = article()
KEY = key_of(EVENT.article_id)
GOOD = json.loads(EVENT.model_dump_json())


def changed(**changes: object) -> bytes:
    return json.dumps({**GOOD, **changes}).encode()


def without(name: str) -> bytes:
    return json.dumps({key: value for key, value in GOOD.items() if key != name}).encode()


def test_good_record_is_read_with_its_claims() -> None:
    found = read((KEY, json.dumps(GOOD).encode()))
    assert isinstance(found, Read)
    assert found.event == EVENT
    assert '"The bridge is closed."' in [claim.content.text for claim in found.extraction.claims]


def test_null_value_is_an_erasure() -> None:
    assert read((KEY, None)) == Erasure(EVENT.article_id)


def test_newer_minor_version_with_new_fields_is_read() -> None:
    assert isinstance(read((KEY, changed(schema_version="1.7", colour="red"))), Read)


@pytest.mark.parametrize(
    ("key", "value", "reason"),
    [
        (KEY, b"", DeadLetterReason.EMPTY_VALUE),
        (None, None, DeadLetterReason.BAD_KEY),
        (b"", json.dumps(GOOD).encode(), DeadLetterReason.BAD_KEY),
        (b"\xff\xfe", json.dumps(GOOD).encode(), DeadLetterReason.BAD_KEY),
        (b"x" * 10_240, json.dumps(GOOD).encode(), DeadLetterReason.BAD_KEY),
        (b"00000000-0000-0000-0000-000000000000", json.dumps(GOOD).encode(), DeadLetterReason.KEY_MISMATCH),
        (KEY, b"not json", DeadLetterReason.NOT_JSON),
        (KEY, b"\xff\xfe\x00", DeadLetterReason.NOT_JSON),
        (KEY, json.dumps(GOOD).encode()[:-40], DeadLetterReason.NOT_JSON),
        (KEY, b'{"revision": NaN}', DeadLetterReason.NOT_JSON),
        (KEY, b'{"revision": Infinity}', DeadLetterReason.NOT_JSON),
        (KEY, b'{"text": "\\ud800"}', DeadLetterReason.NOT_JSON),
        (KEY, b"[" * 100_000, DeadLetterReason.NOT_JSON),
        (KEY, b"[1]", DeadLetterReason.INVALID_EVENT),
        (KEY, b"7", DeadLetterReason.INVALID_EVENT),
        (KEY, b"null", DeadLetterReason.INVALID_EVENT),
        (KEY, b'{"revision": 1' + b"0" * 1_000_000 + b"}", DeadLetterReason.NOT_JSON),
        (KEY, changed(schema_version="2.0"), DeadLetterReason.UNKNOWN_VERSION),
        (KEY, changed(schema_version="x"), DeadLetterReason.UNKNOWN_VERSION),
        (KEY, changed(schema_version=None), DeadLetterReason.UNKNOWN_VERSION),
        (KEY, without("article_id"), DeadLetterReason.INVALID_EVENT),
        (KEY, changed(article_id="x" * 10_240), DeadLetterReason.INVALID_EVENT),
        (KEY, changed(revision=0), DeadLetterReason.INVALID_EVENT),
        (KEY, changed(revision=-1), DeadLetterReason.INVALID_EVENT),
        (KEY, changed(revision=2**63), DeadLetterReason.INVALID_EVENT),
        (KEY, changed(revision="NaN"), DeadLetterReason.INVALID_EVENT),
        (KEY, changed(text="nul \x00 inside"), DeadLetterReason.INVALID_EVENT),
        (KEY, changed(text="e\u0301"), DeadLetterReason.INVALID_EVENT),
        (KEY, changed(text=""), DeadLetterReason.INVALID_EVENT),
        (KEY, changed(text="x" * 500_001), DeadLetterReason.INVALID_EVENT),
        (KEY, changed(text="another text"), DeadLetterReason.TEXT_MISMATCH),
        (KEY, changed(fetched_at="2026-10-05T12:00:00"), DeadLetterReason.INVALID_EVENT),
        (KEY, changed(paragraphs=[{"span": [5, 2]}]), DeadLetterReason.INVALID_EVENT),
        (KEY, changed(canonical_url="javascript:alert(1)"), DeadLetterReason.INVALID_EVENT),
    ],
)
def test_unusable_record_has_its_reason(key: bytes | None, value: bytes | None, reason: DeadLetterReason) -> None:
    found = read((key, value))
    assert isinstance(found, Unusable)
    assert found.reason is reason
    assert len(found.exception) <= 500
    assert "bridge" not in found.exception
