"""The model would find what it is there to find: each bug of the table, put in on purpose."""

import pytest

from tests.faults.model_bugs import BUGS, Bug, find


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.name)
def test_the_model_finds_it(bug: Bug) -> None:
    found = find(bug)
    assert found is not None
    print(f"{bug.name}: {found.complaint} ({found.seconds:.1f} s, {found.histories} histories)")
