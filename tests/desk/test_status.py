"""What a desk remembers and says besides the leads themselves."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from api.desk import Desk
from api.model import operation as op
from api.model.lead import Company, Contact
from tests.desk.acting import do, send
from tests.factories import NOW, make_lead

Pull = Callable[[Desk], None]


@pytest.mark.parametrize(
    ("known", "words"),
    [
        ({"company": make_lead().company}, "Accepted Example Bakery"),
        ({}, "Accepted form 4147571c"),
    ],
)
def test_an_act_names_a_lead_without_a_name_as_the_queue_does(desk: Desk, server, pull: Pull, known, words):
    bare = {"contact": Contact(), "company": Company()}
    server.put_lead(make_lead("a", **(bare | known), source_id="4147571c-11"))
    pull(desk)
    do(desk, op.Accept(), "a")
    assert desk.last_act().sentence == words == f"Accepted {desk.row('a').title}"


def test_the_last_exchange_is_known_to_the_next_process(desk: Desk, open_desk, server, pull: Pull):
    assert desk.status().last_exchange is None
    pull(desk)
    assert desk.status().last_exchange == NOW
    assert open_desk().status().last_exchange == NOW


def test_answers_alone_are_an_exchange_too(open_desk, tmp_path, server, pull: Pull):
    server.put_lead(make_lead("a"))
    moment = [NOW]
    desk = open_desk()
    later = Desk.open(desk.profile, clock=lambda: moment[0])
    pull(later)
    do(later, op.Accept(), "a")
    moment[0] = NOW + timedelta(hours=1)
    send(later, server)
    assert desk.status().last_exchange is None
    desk.refresh()
    assert desk.status().last_exchange == NOW + timedelta(hours=1)


def test_whether_anything_was_ever_pulled_is_known(desk: Desk, open_desk, server, pull: Pull):
    assert desk.pulled is False
    pull(desk)
    assert desk.pulled is True
    assert open_desk().pulled is True
