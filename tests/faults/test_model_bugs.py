"""The model would find what it is there to find: each bug of the table, put in on purpose."""

import pytest

from tests.faults.model_bugs import BUGS, Bug, find

RARE = ("what is unsent counts as seen", "two windows' decisions are sent in the order they were heard of")
"""What only long searches meet; the module itself, run as a program, looks for them."""


@pytest.mark.parametrize("bug", [bug for bug in BUGS if bug.name not in RARE], ids=lambda bug: bug.name)
def test_the_model_finds_it(bug: Bug) -> None:
    found = find(bug)
    assert found is not None
    print(f"{bug.name}: {found.complaint} ({found.seconds:.1f} s, {found.histories} histories)")
