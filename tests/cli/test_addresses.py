"""Addresses that people type: of hubs to join, of ports to listen on, of databases."""

from pathlib import Path

import pytest

from tui.cli.commands.connecting import address
from tui.cli.commands.serving import database_url, listen_address
from tui.cli.errors import Usage


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("https://hub.example.com", "https://hub.example.com"),
        ("https://hub.example.com/", "https://hub.example.com"),
        ("hub.example.com", "https://hub.example.com"),
        ("https://HUB.example.com:8443/crm/", "https://hub.example.com:8443/crm"),
        ("http://127.0.0.1:8700", "http://127.0.0.1:8700"),
        ("http://localhost:8700/", "http://localhost:8700"),
        ("http://[::1]:8700", "http://[::1]:8700"),
        ("https://crm", "https://crm"),
        ("crm:8443", "https://crm:8443"),
    ],
)
def test_a_hubs_address_has_one_spelling(typed: str, meant: str) -> None:
    assert address(typed, insecure=False) == meant


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "https://",
        "ftp://hub.example.com",
        "file:///etc/passwd",
        "https://hub.example.com:port",
        "https://hub.example.com?token=1",
        "https://ana:secret@hub.example.com",
        "https://[::1",
        "notaurl",
        "http://hub.example.com",
        "http://127.0.0.1.example.com",
    ],
)
def test_what_is_no_safe_address_is_refused(typed: str) -> None:
    with pytest.raises(Usage) as caught:
        address(typed, insecure=False)
    assert "secret" not in caught.value.sentence


def test_plain_http_elsewhere_only_when_asked_for_by_name() -> None:
    assert address("http://hub.example.com", insecure=True) == "http://hub.example.com"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("127.0.0.1:8700", ("127.0.0.1", 8700)),
        ("0.0.0.0:80", ("0.0.0.0", 80)),
        ("[::1]:9000", ("::1", 9000)),
        (":9000", ("127.0.0.1", 9000)),
        ("localhost", ("localhost", 8700)),
    ],
)
def test_where_to_listen(typed: str, meant: tuple[str, int]) -> None:
    assert listen_address(typed) == meant


@pytest.mark.parametrize("typed", ["host:port", "host:99999", "a b:1", "host:-1", "host:²"])
def test_where_nobody_can_listen(typed: str) -> None:
    with pytest.raises(Usage):
        listen_address(typed)


def test_a_path_is_an_sqlite_file(tmp_path: Path) -> None:
    assert database_url(str(tmp_path / "team.db")) == f"sqlite:///{tmp_path / 'team.db'}"
    assert database_url("postgresql://db.example.com/handoff") == "postgresql://db.example.com/handoff"


def test_the_database_may_come_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HANDOFF_DB", "postgresql://db.example.com/handoff")
    assert database_url(None) == "postgresql://db.example.com/handoff"
    assert database_url(str(tmp_path / "x.db")).startswith("sqlite:///")


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(Usage, match="nowhere"):
        database_url(str(tmp_path / "nowhere" / "hub.db"))
