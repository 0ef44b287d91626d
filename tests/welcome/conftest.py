"""One hub that is joined from the welcome."""

from collections.abc import Iterator

import pytest

from tests.running_hub import RunningHub


@pytest.fixture(scope="session")
def running_hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHub]:
    """A hub that all these tests share; each works in a team of its own."""
    running = RunningHub(tmp_path_factory.mktemp("hub"))
    yield running
    running.stop()
