"""The guide: what is generated is what the program says now, and its index lists every page."""

import importlib.util
import re
from pathlib import Path

import pytest

from tui.commands import COMMANDS
from tui.settings import Settings

DOCS = Path(__file__).parents[1] / "docs"
GUIDE = DOCS / "guide"


def generated() -> dict[str, str]:
    """Return the pages as docs/generate.py would write them."""
    spec = importlib.util.spec_from_file_location("pages", DOCS / "pages.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    pages: dict[str, str] = module.pages()
    return pages


@pytest.mark.parametrize("name", ["keys.md", "configuration.md"])
def test_the_committed_page_is_what_the_program_says(name: str) -> None:
    committed = (GUIDE / name).read_text(encoding="utf-8")
    assert committed == generated()[name], f"docs/guide/{name} is stale: run make docs"


def test_the_pages_tell_every_command_and_every_setting() -> None:
    keys, settings = (generated()[name] for name in ("keys.md", "configuration.md"))
    assert all(f"`{one.id}` |" in keys for one in COMMANDS)
    assert all(f"\n## {name}\n" in settings for name in Settings.__struct_fields__)


def test_the_index_lists_every_page_and_every_link_leads_somewhere() -> None:
    index = (GUIDE / "README.md").read_text(encoding="utf-8")
    assert {page.name for page in GUIDE.glob("*.md")} - {"README.md"} <= set(re.findall(r"\(([a-z-]+\.md)\)", index))
    for page in GUIDE.glob("*.md"):
        for link in re.findall(r"\]\(([^)#:]+)(?:#[a-z_-]+)?\)", page.read_text(encoding="utf-8")):
            assert (GUIDE / link).exists(), f"{page.name} links to {link}"
