"""What the README tells people to type works as it stands there."""

import json
import re
import shlex
from pathlib import Path

from tests.running_hub import RunningHub
from tui.cli.commands.serving import DEFAULT_PORT
from tui.cli.usage.parser import parse

TEXT = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```\n(.*?)```", TEXT, re.DOTALL)


def test_the_address_is_where_a_hub_listens_by_itself() -> None:
    assert set(re.findall(r"127\.0\.0\.1:(\d+)", TEXT)) == {str(DEFAULT_PORT)}


def test_the_posted_lead_is_taken(hub: RunningHub) -> None:
    (block,) = (block for block in BLOCKS if block.startswith("curl "))
    words = shlex.split(block)
    item = json.loads(words[words.index("-d") + 1])
    assert words[1] == f"http://127.0.0.1:{DEFAULT_PORT}/leads"
    assert {"source", "source_id", "name", "email", "company", "campaign", "owner"} == set(item)
    (result,) = hub.post("/leads", item)["results"]
    assert result["status"] in ("created", "unchanged"), result


def test_every_command_is_understood() -> None:
    lines = [line.partition("#")[0] for block in BLOCKS for line in block.splitlines() if line.startswith("handoff ")]
    commands = [one for line in lines for one in re.split(r"\s{2,}(?=handoff )", line.strip())]
    assert len(commands) > 10
    for command in commands:
        assert parse(shlex.split(command)[1:]) is not None
