"""What is loaded when: the promises that make starting fast, proved in fresh processes."""

import json
import subprocess
import sys

import pytest

SERVER = {"litestar", "sqlalchemy", "uvicorn"}
SCREEN = {"textual", "rich"}


def _loaded(code: str) -> set[str]:
    listing = f"{code}\nimport json, sys\nprint(json.dumps(sorted({{name.partition('.')[0] for name in sys.modules}})))"
    done = subprocess.run([sys.executable, "-P", "-c", listing], capture_output=True, text=True, check=True)
    return set(json.loads(done.stdout.splitlines()[-1]))


@pytest.mark.parametrize("module", ["api.desk", "api.sync", "api.rules.lifecycle", "api.local.outbox", "api.crm.hub"])
def test_api_loads_no_screen_and_no_server(module: str) -> None:
    assert not _loaded(f"import {module}") & (SCREEN | SERVER)


def test_the_command_line_loads_no_screen() -> None:
    code = "import pkgutil, importlib, tui.cli\nfor found in pkgutil.walk_packages(tui.cli.__path__, 'tui.cli.'):\n"
    code += "    importlib.import_module(found.name)"
    assert not _loaded(code) & SCREEN


def test_the_program_loads_no_server_and_no_network_before_its_first_screen() -> None:
    loaded = _loaded("import tui.app, tui.screens.triage, api.desk")
    assert not loaded & (SERVER | {"httpx", "keyring"})


def test_saying_its_version_loads_next_to_nothing() -> None:
    code = "from tui.cli.main import main\ntry:\n    main(['--version'])\nexcept SystemExit:\n    pass"
    assert not _loaded(code) & (SCREEN | SERVER | {"httpx", "msgspec", "tinydb", "keyring", "asyncio", "argparse"})
