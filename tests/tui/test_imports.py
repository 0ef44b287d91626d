"""What starting costs: nothing is loaded before the first paint that only something later needs."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def loaded_by(code: str) -> set[str]:
    """Return the modules that are loaded after `code` ran in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", f"import sys\n{code}\nprint('\\n'.join(sys.modules))"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return set(done.stdout.split())


def test_the_registry_of_commands_loads_no_screen() -> None:
    assert not loaded_by("import tui.commands") & {"textual", "rich", "httpx", "api.desk"}


def test_the_program_loads_no_network_and_no_server_before_its_first_paint() -> None:
    code = """
import asyncio, tempfile
from pathlib import Path
from api.desk import Desk
from api.local.profile import Connection, Profile
from tests.factories import REP
from tui.app import HandoffApp
profile = Profile(Path(tempfile.mkdtemp()))
profile.save_connection(Connection("http://127.0.0.1:1", REP, "e1"))
async def main():
    async with HandoffApp(Desk.open(profile)).run_test(size=(120, 36)) as pilot:
        await pilot.pause()
asyncio.run(main())
"""
    libraries = {"httpx", "litestar", "sqlalchemy", "uvicorn", "keyring"}
    shown_once = {"tui.tour", "tui.welcome", "tui.doctor", "api.local.told"}
    rooms = {"tui.palette", "tui.screens.help", "tui.screens.sync", "tui.screens.sign_in", "tui.signing_in"}
    dialogs = {"tui.screens.dialog", "tui.screens.reasons", "tui.screens.answers", "tui.clipboard", "tui.reach"}
    dialogs |= {"tui.screens.bulk", "tui.screens.views", "tui.screens.naming", "tui.screens.triage.completing"}
    pieces = {"widgets.matters", "widgets.forms", "widgets.queue.find_bar", "widgets.frame.part_tabs"}
    assert not loaded_by(code) & (libraries | shown_once | rooms | dialogs | pieces)


def test_opening_needs_no_parser_of_arguments_and_nothing_that_compares_words() -> None:
    loaded = loaded_by("import gc\nimport tui.cli.main, tui.cli.commands.opening, tui.settings, tui.cli.workplace")
    assert not loaded & {"argparse", "difflib", "gettext", "textual", "rich"}
