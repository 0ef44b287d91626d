"""A disk that takes no more: the command line says so, shows nothing as saved that is not, and goes on afterwards."""

from pathlib import Path

import pytest

from tests.on_a_train import Train, decided, refused
from tests.small_disk import failing_flush, run


def test_a_file_that_may_not_grow_refuses_decisions(train: Train) -> None:
    data = train.outbox.read_bytes()
    limited = ("sh", "-c", 'ulimit -f 1; exec "$@"', "sh")
    refused(
        run("accept", train.leads["Cy"], "--wait", "0", "--note", "x" * 2000, home=train.home, before=limited),
        "may not grow",
    )
    assert train.outbox.read_bytes() == data
    assert run("accept", train.leads["Cy"], "--wait", "0", home=train.home).code == 3


def test_a_flush_that_fails_refuses_the_decision_and_leaves_no_trace_of_it(train: Train, tmp_path: Path) -> None:
    failing = failing_flush(1, tmp_path)
    if failing is None:
        pytest.skip("neither strace nor a C compiler is here")
    words, env = failing
    data = train.outbox.read_bytes()
    done = run("accept", train.leads["Cy"], "--wait", "0", home=train.home, before=words, env=env)
    refused(done, "the disk reports an error")
    assert train.outbox.read_bytes() == data
    assert run("accept", train.leads["Cy"], "--wait", "0", home=train.home).code == 3
    assert decided(train.outbox)[-1] == train.leads["Cy"]
