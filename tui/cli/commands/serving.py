"""Running a hub, and giving people accounts at it. The server's libraries are loaded here and nowhere else."""

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING

from tui.cli.errors import Failed, Usage
from tui.cli.output import DONE, Output, words
from tui.cli.workplace import profile, who

if TYPE_CHECKING:
    from api.hub.service import Hub
    from api.model.people import Person

DEFAULT_PORT = 8700
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


def serve(options: argparse.Namespace, output: Output) -> int:
    """Run the hub until it is stopped."""
    host, port = listen_address(options.listen)
    cert, key = _readable(options.tls_cert, "--tls-cert"), _readable(options.tls_key, "--tls-key")
    if bool(cert) != bool(key):
        raise Usage("TLS needs both files: --tls-cert FILE --tls-key FILE.")
    agreement = _readable(options.agreement, "--agreement")
    db = database_url(options.db)
    if not cert and host not in _LOOPBACK:
        output.note(
            "Plain http beyond this machine: tokens can be read on the way. "
            "Use --tls-cert and --tls-key, or a proxy that speaks TLS."
        )
    from api.hub.server import serve as run

    try:
        run(db, host, port, tls_cert=cert, tls_key=key, agreement_path=agreement)
    except KeyboardInterrupt:
        # Ctrl+C is how a hub in a terminal is ended.
        output.note("Stopped.")
    return DONE


def add_user(options: argparse.Namespace, output: Output) -> int:
    """Add a person to the hub's database and print their token on stdout, once."""
    from api.model.people import Role
    from api.model.text import clean_line

    hub = _hub(options.db)
    try:
        namesakes = [one.id for one in hub.people() if one.name.casefold() == clean_line(options.name, 100).casefold()]
        token = hub.add_person(options.name, Role(options.role), team=options.team)
        person = hub.authenticate(token)
    finally:
        hub.close()
    if person is None:
        raise Failed("The hub does not know the person it has just added: is somebody else changing its database?")
    if namesakes:
        output.note(
            f"There is a {person.name} already ({', '.join(namesakes)}). "
            f"This is another person, with the id {person.id}."
        )
    return _print_token(output, person, token)


def issue_token(options: argparse.Namespace, output: Output) -> int:
    """Print another token for somebody who has an account, once; those they have stay good."""
    hub = _hub(options.db)
    try:
        person = _person(hub, options.id)
        token = hub.issue_token(person.id)
    finally:
        hub.close()
    return _print_token(output, person, token)


def revoke_tokens(options: argparse.Namespace, output: Output) -> int:
    """Make all tokens of a person worthless, and say how many there were."""
    hub = _hub(options.db)
    try:
        person = _person(hub, options.id)
        revoked = hub.revoke_tokens(person.id)
    finally:
        hub.close()
    output.document({"person": person, "revoked": revoked})
    output.line(f"Revoked {words(revoked, 'token')} of {who(person)}.")
    output.note(f"“handoff user token {person.id}” gives a new one.")
    return DONE


def _hub(db: str | None) -> "Hub":
    from api.hub.service import Hub

    url = database_url(db)
    path = url.removeprefix("sqlite:///")
    if path != url and not Path(path).exists():
        raise Failed(f"There is no hub's database {path} yet: “handoff serve” makes it.")
    return Hub(url)


def _person(hub: "Hub", person_id: str) -> "Person":
    people = {one.id: one for one in hub.people()}
    if person_id in people:
        return people[person_id]
    namesakes = [one.id for one in people.values() if one.name.casefold() == person_id.strip().casefold()]
    hint = f" Is it {' or '.join(namesakes)}?" if namesakes else ""
    raise Failed(f"This hub knows nobody with the id “{person_id[:60]}”.{hint}")


def _print_token(output: Output, person: "Person", token: str) -> int:
    output.note(
        f"{who(person)}, id {person.id}: the token below is shown once, and good for “handoff connect hub URL”."
    )
    output.document({"person": person, "token": token})
    output.line(token)
    return DONE


def listen_address(text: str) -> tuple[str, int]:
    """Read ``HOST:PORT``, ``[::1]:PORT``, ``HOST`` or ``:PORT`` (this machine only).

    Raises:
        Usage: it is none of these.
    """
    host, colon, port = text.rpartition(":")
    if not colon or text.endswith("]"):
        host, port = text, str(DEFAULT_PORT)
    host = host.strip("[]") or "127.0.0.1"
    if not port.isascii() or not port.isdigit() or int(port) > 65_535 or any(sign.isspace() for sign in host):
        raise Usage(f"--listen: “{text}” is not HOST:PORT, e.g. 127.0.0.1:{DEFAULT_PORT}.")
    return host, int(port)


def database_url(text: str | None) -> str:
    """Return the database's address: the given one, HANDOFF_DB, or a file in the profile's folder; a path is SQLite."""
    given = text or os.environ.get("HANDOFF_DB", "").strip()
    if "://" in given:
        return given
    path = Path(given).expanduser().absolute() if given else Path(profile().root) / "hub.db"
    if not path.parent.is_dir():
        raise Usage(f"--db: there is no folder {path.parent}.")
    return f"sqlite:///{path}"


def _readable(name: str | None, option: str) -> Path | None:
    if not name:
        return None
    path = Path(name)
    if not path.is_file():
        raise Usage(f"{option}: there is no file {name}.")
    return path
