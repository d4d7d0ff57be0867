import asyncio
import json
import logging
import subprocess
import sys

import pytest
from pydantic import SecretStr

from services.logs import JsonFormatter, TextFormatter, bound, log_settings
from services.settings import Settings

FORGED = 'x\n{"level": "error"}\r\x1b[2J\x7f\x85\x9b\u2028\u2029'


def record(message: str, *values: object, error: BaseException | None = None) -> logging.LogRecord:
    info = None if error is None else (type(error), error, None)
    return logging.LogRecord("services.test", logging.WARNING, __file__, 1, message, values, info)


def written(message: str, *values: object, error: BaseException | None = None) -> dict[str, object]:
    line = JsonFormatter().format(record(message, *values, error=error))
    assert line.splitlines() == [line]
    found: dict[str, object] = json.loads(line)
    return found


def test_json_line_says_when_where_and_what() -> None:
    line = written("stored %d claims", 3)
    assert (line["level"], line["logger"], line["message"]) == ("warning", "services.test", "stored 3 claims")
    assert str(line["at"]).endswith("+00:00")


def test_value_forges_no_line_and_stays_as_it_was() -> None:
    with bound(url=FORGED):
        line = written("rejected %s", FORGED)
    assert line["message"] == f"rejected {FORGED}"
    assert line["url"] == FORGED


def test_text_line_is_one_line_of_plain_characters() -> None:
    with bound(url=FORGED):
        line = TextFormatter().format(record("rejected %s", FORGED))
    assert line.splitlines() == [line]
    assert line.isprintable()
    assert "WARNING services.test: rejected x\\u000a" in line
    assert "url=x\\u000a" in line


def test_exception_is_written_with_its_traceback() -> None:
    assert "ValueError: no" in str(written("failed", error=ValueError("no"))["exception"])
    assert TextFormatter().format(record("failed", error=ValueError("no"))).splitlines()[-1] == "ValueError: no"


async def test_context_holds_inside_alone_and_for_tasks_started_there() -> None:
    async def inside() -> dict[str, object]:
        with bound(step=2):
            return written("x")

    with bound(topic="t", step=1):
        task = asyncio.create_task(inside())
        with bound(partition=7):
            assert written("x").items() >= {"topic": "t", "step": 1, "partition": 7}.items()
        assert "partition" not in written("x")
    assert (await task).items() >= {"topic": "t", "step": 2}.items()
    assert "topic" not in written("x")


def test_settings_are_logged_without_secrets(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    log_settings(Settings(database_url=SecretStr("postgresql://u:hidden@db/x"), kafka_servers="a:1"))
    assert '"kafka_servers":"a:1"' in caplog.text
    assert "hidden" not in caplog.text


@pytest.mark.parametrize("style", ["json", "text"])
def test_all_of_a_process_is_logged_on_standard_error(style: str) -> None:
    code = (
        "import logging, warnings; from services.logs import set_up_logs;"
        f"set_up_logs('INFO', '{style}'); logging.getLogger('a').info('one'); logging.getLogger('a').debug('two');"
        "logging.getLogger('aiokafka').info('three')\nwarnings.warn('four')"  # a warning may show its line
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == ""
    assert [word for word in ("one", "two", "three", "four") if word in done.stderr] == ["one", "four"]
    if style == "json":
        assert {json.loads(line)["logger"] for line in done.stderr.splitlines()} == {"a", "py.warnings"}
