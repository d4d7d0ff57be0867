"""Rows as the commands write them."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from services.cli.tables import show

ENDS_AT = datetime(2027, 11, 22, 2, 27, tzinfo=UTC)

KEY: dict[str, Any] = {
    "prefix": "cw_4k2m9x1q",
    "name": "Fact desk of the Harbour Wire",
    "scopes": "read submit",
    **dict.fromkeys(("created_at", "expires_at", "revoked_at", "used_at"), ENDS_AT),
}


def shown(capsys: pytest.CaptureFixture[str], *, as_json: bool = False) -> str:
    show([KEY], as_json=as_json, title="keys")
    return capsys.readouterr().out


def test_prefix_and_dates_are_whole_on_a_narrow_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setenv("FORCE_COLOR", "1")
    table = shown(capsys)
    assert "cw_4k2m9x1q" in table
    assert table.count("2027-11-22 02:27") == 4


def test_line_of_a_pipe_is_not_broken(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    assert "Fact desk of the Harbour Wire" in shown(capsys)


def test_times_in_json_are_rfc_3339(capsys: pytest.CaptureFixture[str]) -> None:
    assert json.loads(shown(capsys, as_json=True))["expires_at"] == "2027-11-22T02:27:00Z"
