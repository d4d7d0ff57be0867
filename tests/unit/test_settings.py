import os
from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from services.settings import ENGINES_FILE, ApiSettings, BadSettings, IngestSettings, Settings, load

NEEDED = {"CLAIMWIRE_DATABASE_URL": "postgresql://u:hidden@db/x", "CLAIMWIRE_KAFKA_SERVERS": "a:1,b:2"}


@pytest.fixture(autouse=True)
def _bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing set, in a folder of its own."""
    for name in [name for name in os.environ if name.startswith("CLAIMWIRE_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def put(monkeypatch: pytest.MonkeyPatch, **values: str) -> None:
    for name, value in (NEEDED | values).items():
        monkeypatch.setenv(name, value)


def write_engines(folder: Path, **values: str) -> None:
    folder.mkdir(exist_ok=True)
    (folder / ENGINES_FILE).write_text("".join(f"{name}={value}\n" for name, value in values.items()))


def test_missing_settings_are_named_in_one_line() -> None:
    with pytest.raises(BadSettings) as caught:
        load(Settings)
    told = str(caught.value)
    assert "CLAIMWIRE_DATABASE_URL: Field required" in told
    assert "CLAIMWIRE_KAFKA_SERVERS: Field required" in told
    assert "claimwire up" in told
    assert "\n" not in told


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CLAIMWIRE_METRICS_PORT", "765536"),
        ("CLAIMWIRE_DATABASE_POOL", "hidden"),
        ("CLAIMWIRE_STOP_SECONDS", "-12345"),
        ("CLAIMWIRE_LOG_LEVEL", "hidden"),
        ("CLAIMWIRE_API_PORT", "hidden"),
    ],
)
def test_wrong_setting_is_named_and_its_value_is_not(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    put(monkeypatch, **{name: value})
    with pytest.raises(BadSettings) as caught:
        load(ApiSettings)
    assert name in str(caught.value)
    assert value not in str(caught.value)


def test_environment_goes_before_what_up_wrote(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    write_engines(tmp_path / ".state", **NEEDED)
    assert load(Settings).kafka_servers == "a:1,b:2"
    monkeypatch.setenv("CLAIMWIRE_KAFKA_SERVERS", "c:3")
    settings = load(Settings)
    assert settings.kafka_servers == "c:3"
    assert settings.database_url.get_secret_value() == NEEDED["CLAIMWIRE_DATABASE_URL"]


def test_state_folder_can_be_elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    write_engines(tmp_path / ".state", **NEEDED)
    write_engines(tmp_path / "other", **(NEEDED | {"CLAIMWIRE_KAFKA_SERVERS": "d:4"}))
    monkeypatch.setenv("CLAIMWIRE_STATE", str(tmp_path / "other"))
    assert load(Settings).kafka_servers == "d:4"


def test_empty_variable_is_as_if_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    put(monkeypatch, CLAIMWIRE_LOG_LEVEL="", CLAIMWIRE_FETCH_ALLOW="")
    settings = load(IngestSettings)
    assert (settings.log_level, settings.fetch_allow) == ("INFO", ())


def test_lists_are_split_at_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    put(monkeypatch, CLAIMWIRE_FETCH_ALLOW="10.0.0.0/8:8080, 127.0.0.1/32:81,", CLAIMWIRE_FOLDERS="pages, /other/pages")
    settings = load(IngestSettings)
    assert settings.fetch_allow == ("10.0.0.0/8:8080", "127.0.0.1/32:81")
    assert settings.folders == (Path("pages"), Path("/other/pages"))


def test_settings_are_frozen_and_show_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    put(monkeypatch)
    settings = load(Settings)
    with pytest.raises(ValidationError, match="frozen"):
        settings.kafka_servers = "x"  # type: ignore[misc]
    assert "hidden" not in f"{settings!r}{settings.model_dump_json()}"


@pytest.mark.parametrize("servers", ["kafka", "a:b", "a:1,", "a:1 b:2", "a:1;b:2", "[::1]", ":9092"])
def test_servers_are_hosts_with_ports(monkeypatch: pytest.MonkeyPatch, servers: str) -> None:
    put(monkeypatch, CLAIMWIRE_KAFKA_SERVERS=servers)
    with pytest.raises(BadSettings, match="^CLAIMWIRE_KAFKA_SERVERS: "):
        load(Settings)
    put(monkeypatch, CLAIMWIRE_KAFKA_SERVERS="kafka-1.example:9092, [::1]:9093")
    assert load(Settings).kafka_servers == "kafka-1.example:9092, [::1]:9093"


@pytest.mark.parametrize("name", ["PASSWORD_FILE", "CA_FILE", "CERTIFICATE_FILE", "KEY_FILE"])
def test_file_that_is_not_there_is_named_at_once(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    put(monkeypatch, **{f"CLAIMWIRE_KAFKA_{name}": "/nowhere/at/all"})
    with pytest.raises(BadSettings, match=f"^CLAIMWIRE_KAFKA_{name}: "):
        load(Settings)


def test_password_login_needs_user_and_password(monkeypatch: pytest.MonkeyPatch) -> None:
    put(monkeypatch, CLAIMWIRE_KAFKA_SECURITY="sasl_ssl", CLAIMWIRE_KAFKA_USER="me")
    with pytest.raises(BadSettings, match="CLAIMWIRE_KAFKA_USER and _KAFKA_PASSWORD_FILE"):
        load(Settings)


def test_api_needs_no_kafka(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CLAIMWIRE_KAFKA_SERVERS", raising=False)
    assert "kafka_servers" not in ApiSettings.model_fields
    assert ApiSettings(database_url=SecretStr("postgresql://a")).api_port == 8000


def test_origins_are_a_list_by_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    put(monkeypatch, CLAIMWIRE_API_CORS_ORIGINS="https://desk.example, http://127.0.0.1:3000,https://[::1]:8443")
    assert load(ApiSettings).api_cors_origins == (
        "https://desk.example",
        "http://127.0.0.1:3000",
        "https://[::1]:8443",
    )
    put(monkeypatch, CLAIMWIRE_API_CORS_ORIGINS="")
    assert load(ApiSettings).api_cors_origins == ()


@pytest.mark.parametrize(
    "origin", ["*", "https://*", "null", "desk.example", "https://desk.example/", "https://DESK.example"]
)
def test_origin_that_no_browser_sends_is_refused(monkeypatch: pytest.MonkeyPatch, origin: str) -> None:
    put(monkeypatch, CLAIMWIRE_API_CORS_ORIGINS=origin)
    with pytest.raises(BadSettings, match="CLAIMWIRE_API_CORS_ORIGINS"):
        load(ApiSettings)
