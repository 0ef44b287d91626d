"""Two people, their windows and a real hub, with every fault in between: a few short histories of the large model.

`make faults` runs hundreds of longer ones, and proves that bugs put in on purpose are found.
"""

from hypothesis import HealthCheck, Phase, settings

from tests.faults.model_whole import Whole

TestWhole = Whole.TestCase
TestWhole.settings = settings(
    max_examples=30,
    stateful_step_count=25,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
