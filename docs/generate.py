"""Write what is generated in docs: the OpenAPI document, the guide's pages on keys and settings, and pictures of the
real program on a real hub.

python -P docs/generate.py          all of it
python -P docs/generate.py guide    the guide's pages alone
"""

import asyncio
import os
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

DOCS = Path(__file__).parent


def disagree(folder: Path, url: str, token: str) -> None:
    """Let a colleague on the same team decide otherwise than the profile's person, and ask for a lead of theirs."""
    import subprocess

    from api.desk import Desk
    from api.local.profile import Profile
    from tui.cli.main import main as handoff

    home = Path(os.environ["HANDOFF_HOME"])
    desk = Desk.open(Profile(home))
    first, second, third, *_ = desk.queue()
    team = desk.me.team
    desk.close()
    for words in (
        ["reject", first, "--reason", "not_a_buyer", "--answer", "kind=student", "--note", "Writes a thesis."],
        ["accept", second],
        ["accept", third],
    ):
        handoff([*words, "--wait", "0"])
    database = f"sqlite:///{folder / 'hub' / 'hub.db'}"
    add = [sys.executable, "-m", "tui.cli.main", "user", "add", "Ben Example", "--role", "rep", "--team", team]
    added = subprocess.run([*add, "--db", database], check=True, capture_output=True, text=True, cwd=DOCS.parent)  # noqa: S603
    os.environ |= {"HANDOFF_HOME": str(folder / "colleague"), "HANDOFF_TOKEN": added.stdout.strip()}
    handoff(["connect", "hub", url])
    handoff(["accept", first, second, "--wait", "10"])
    os.environ |= {"HANDOFF_HOME": str(home), "HANDOFF_TOKEN": token}
    handoff(["sync"])
    os.environ |= {"HANDOFF_HOME": str(folder / "colleague"), "HANDOFF_TOKEN": added.stdout.strip()}
    handoff(["sync"])
    handoff(["ask", third, "--text", "We met at the fair in May.", "--wait", "10"])
    os.environ |= {"HANDOFF_HOME": str(home), "HANDOFF_TOKEN": token}


def guide() -> None:
    """Write the guide's generated pages again."""
    sys.path.insert(0, str(DOCS))
    from pages import GUIDE, pages

    for name, text in pages().items():
        (GUIDE / name).write_text(text, encoding="utf-8")


def main() -> None:
    """Write everything again."""
    guide()
    if sys.argv[1:] == ["guide"]:
        return
    from pictures import Picture, take, take_all

    from api.hub.app import openapi_document
    from tui.cli.commands.demo import hub
    from tui.cli.main import main as handoff

    (DOCS / "openapi.json").write_text(openapi_document(), encoding="utf-8")
    with tempfile.TemporaryDirectory() as folder, hub(Path(folder), ["--leads", "600", "--arrivals", "0"]) as started:
        home = Path(folder) / "home"
        os.environ |= {"HANDOFF_HOME": str(home), "HANDOFF_KEYRING": "off", "HANDOFF_TOKEN": started.token}
        if handoff(["connect", "hub", started.url]) or handoff(["sync"]):
            raise SystemExit("the sample hub could not be joined")
        take_all(home)
        disagree(Path(folder), started.url, started.token)
        asyncio.run(take(home, Picture("sync", "S j j")))


if __name__ == "__main__":
    main()
