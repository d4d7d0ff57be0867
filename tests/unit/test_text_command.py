"""Extraction without an engine answers one line an input, in order."""

import io
import json
import os
import pty
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from services.extract import text as command
from services.extract.reading.model.reader import WEIGHTS

TEXT = "Klein said that the bridge is safe. Berg denied that it was old."


def run(*files: Path, stdin: str = "", **settings: Any) -> tuple[int, list[dict[str, Any]], str]:
    out, err = io.StringIO(), io.StringIO()
    given = {"min_confidence": None, "processes": 1} | settings
    code = command.run(files, out=out, stdin=io.StringIO(stdin), err=err, **given)
    return code, [json.loads(line) for line in out.getvalue().splitlines()], err.getvalue()


def line(**fields: Any) -> str:
    return json.dumps(fields) + "\n"


def test_lines_are_answered_in_order() -> None:
    code, answers, _ = run(stdin=line(id="a", text=TEXT) + "\n" + line(id=7, text="Is it raining in the town?"))
    assert (code, [answer["id"] for answer in answers]) == (0, ["a", 7])
    assert set(answers[0]) == {"id", "sentences", "mentions", "claims", "claims_reason"}
    assert answers[0]["sentences"] == [[0, 35], [36, 64]]
    assert [claim["content"]["text"] for claim in answers[0]["claims"]] == ["the bridge is safe", "it was old"]
    assert answers[0]["claims"][0]["speaker_reason"] is None
    assert answers[0]["claims"][0]["said_at_reason"] == "no_evidence"
    assert answers[1]["claims"] == []


def test_text_is_not_normalised() -> None:
    text = "  \ufeffe\u0301 Klein said that the cafe\u0301 is safe."
    _, (answer,), _ = run(stdin=line(id="a", text=text))
    ((start, end),) = answer["claims"][0]["content"]["spans"]
    assert text[start:end] == "the cafe\u0301 is safe"


def test_title_marks_the_headline() -> None:
    _, (answer,), _ = run(stdin=line(id="a", text=f"Bridge is safe\n{TEXT}", title="Bridge is safe"))
    assert answer["claims"][0]["voice"] == "headline"


@pytest.mark.parametrize(
    ("bad", "problem"),
    [
        ("{not json\n", "not JSON"),
        ("[1]\n", "not a JSON object"),
        (line(id="a"), "text is missing"),
        (line(id="a", text=" "), "text is missing"),
        (line(id="a", text=5), "text is missing"),
        (line(id="a", text="a\0b"), "NUL"),
        (line(id="a", text="a\ud800b"), "lone surrogate"),
        (line(id="a", text="a", title=5), "title is not a string"),
        (line(id="a", text="a", published_at="now"), "published_at"),
        (line(id="a", text="a" * 500_001), "longer than 500000"),
        ("[" * 100_000 + "\n", "not JSON"),
    ],
)
def test_bad_line_is_answered_and_loses_nothing_else(bad: str, problem: str) -> None:
    code, answers, _ = run(stdin=line(id="first", text=TEXT) + bad + line(id="last", text=TEXT))
    assert code == 1
    assert [len(answer["claims"]) for answer in answers] == [2, 0, 2]
    assert problem in answers[1]["error"]


def test_line_without_an_id_is_named_by_its_place() -> None:
    _, answers, _ = run(stdin="\n" + line(text=TEXT))
    assert answers[0]["id"] == "stdin:2"


def test_files_are_read_by_their_kind(tmp_path: Path) -> None:
    lines, plain, broken = tmp_path / "a.jsonl", tmp_path / "b.txt", tmp_path / "c.txt"
    lines.write_text(line(id="x", text=TEXT, published_at="2026-11-21T10:00:00Z"))
    plain.write_bytes(TEXT.encode() + b"\r\n")
    broken.write_bytes(b"\xff\xfe said")
    code, answers, _ = run(lines, plain, broken)
    assert (code, [answer["id"] for answer in answers]) == (1, ["x", "b.txt", "c.txt"])
    assert "UTF-8" in answers[2]["error"]
    assert answers[1]["claims"] == answers[0]["claims"]


def test_missing_file_is_named(tmp_path: Path) -> None:
    code, answers, err = run(tmp_path / "none.txt")
    assert (code, answers) == (2, [])
    assert "none.txt" in err.replace("\n", "")


def test_text_of_another_language_says_why_it_has_no_claims() -> None:
    german = "Die Ministerin sagte am Montag: „Die Brücke ist gesperrt, und sie bleibt es auch.“"
    _, answers, _ = run(stdin=line(text=german) + line(text=TEXT, language="de") + line(text="It rains."))
    assert [(answer["claims"], answer["claims_reason"]) for answer in answers[:2]] == [([], "language")] * 2
    assert answers[2]["claims_reason"] is None


def test_model_of_another_folder_reads(tmp_path: Path) -> None:
    model = shutil.copytree(WEIGHTS, tmp_path / "model")
    assert run(stdin=line(text=TEXT), model=model) == run(stdin=line(text=TEXT))


def test_folder_without_a_model_is_told_before_anything_is_written(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "services.cli", "text", "--model", str(tmp_path)]
    done = subprocess.run(command, input=line(text=TEXT), capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"claimwire: the model's folder {tmp_path} lacks tokenizer.json\n"


def test_min_confidence_leaves_out_weaker_claims() -> None:
    every = run(stdin=line(text=TEXT), min_confidence=0.0)[1][0]["claims"]
    weaker, stronger = sorted(claim["confidence"] for claim in every)
    assert weaker < stronger
    sure = run(stdin=line(text=TEXT), min_confidence=stronger)[1][0]["claims"]
    assert sure == [claim for claim in every if claim["confidence"] == stronger]


def test_processes_keep_the_order() -> None:
    lines = "".join(line(id=number, text=f"{TEXT} It is {number}.") for number in range(40))
    assert run(stdin=lines, processes=2) == run(stdin=lines)


def test_progress_is_shown_on_a_terminal_only() -> None:
    assert run(stdin=line(text=TEXT))[2] == ""
    theirs, ours = pty.openpty()
    with os.fdopen(ours, "w") as terminal:
        command.run(
            (), min_confidence=None, processes=1, out=io.StringIO(), stdin=io.StringIO(line(text=TEXT)), err=terminal
        )
        terminal.flush()
        assert b"reading" in os.read(theirs, 4_096)
    os.close(theirs)
