"""The whole, for a few minutes: thousands of histories with every fault in them."""

from hypothesis import HealthCheck, settings

from tests.faults.model_whole import Whole

TestWhole = Whole.TestCase
TestWhole.settings = settings(
    max_examples=20,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
