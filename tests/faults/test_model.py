"""The whole, for a few minutes: many histories with every fault in them, and fresh ones on demand."""

import os

import pytest
from hypothesis import HealthCheck, Phase, settings

from tests.faults.model_whole import Whole

_MANY = settings(
    max_examples=60,
    stateful_step_count=40,
    deadline=None,
    database=None,
    # A history as short as can be takes longer to look for than all of these; whoever meets a failure takes it out.
    phases=[Phase.generate],
    print_blob=True,
    suppress_health_check=list(HealthCheck),
)


class TestTheSameHistories(Whole.TestCase):  # type: ignore[name-defined, misc]
    """What passed yesterday passes today."""

    settings = settings(_MANY, derandomize=True)


@pytest.mark.skipif(
    "HANDOFF_FRESH" not in os.environ, reason="histories nobody has tried yet: HANDOFF_FRESH=1 asks for them"
)
class TestFreshHistories(Whole.TestCase):  # type: ignore[name-defined, misc]
    """What nobody has tried yet; a failure prints how to have it again."""

    settings = settings(_MANY, max_examples=200)
