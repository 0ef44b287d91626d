"""Finding leads by what the screen shows of them."""

from collections.abc import Callable

import pytest

from api.desk import CannotDo, Desk
from api.model import operation as op
from api.model.campaign import Campaign
from api.model.lead import Company, Contact
from tests.factories import make_lead
from tests.sync.fake_crm import FakeServer


@pytest.fixture
def filled(desk: Desk, server: FakeServer, pull: Callable[[Desk], None]) -> Desk:
    """A desk with leads of two campaigns whose ids say nothing of their names."""
    server.put("campaign", "c-105ff6b8", Campaign(id="c-105ff6b8", name="Spring Webinar"))
    server.put("campaign", "c-2", Campaign(id="c-2", name="Autumn Fair"))
    server.put_lead(make_lead("a", campaign_id="c-105ff6b8", origin=""))
    server.put_lead(make_lead("b", campaign_id="c-2", origin=""))
    pull(desk)
    return desk


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("webinar", ["a"]),
        ("SPRING webinar", ["a"]),
        ('"autumn fair"', ["b"]),
        ("example webinar", ["a"]),
        ("webinar autumn", []),
        ("105ff", []),
        ("a", ["a", "b"]),
        ("src-a", ["a"]),
        ("src-", []),
    ],
)
def test_campaigns_are_found_by_name_and_never_by_the_id_that_nobody_sees(
    filled: Desk, text: str, found: list[str]
) -> None:
    assert filled.queue(text) == found


def test_a_lead_is_found_by_its_whole_id_and_by_its_source_id_where_that_is_its_name(
    desk: Desk, server: FakeServer, pull: Callable[[Desk], None]
) -> None:
    server.put_lead(make_lead("4f00ab", contact=Contact(name="Ana Example"), company=Company()))
    server.put_lead(make_lead("77", source="olist", source_id="dac32acd4d", contact=Contact(), company=Company()))
    pull(desk)
    assert desk.queue("4f00ab") == ["4f00ab"]
    assert desk.queue("00ab") == []
    assert desk.queue("dac32acd4d") == ["77"]


def test_a_lead_that_is_not_here_can_not_be_the_one_that_is_doubled(filled: Desk) -> None:
    with pytest.raises(CannotDo, match="There is no lead “nonsense” here"):
        filled.prepare(op.Reject(reason="duplicate", answers={"other": "nonsense"}), [filled.lead("a")])
    assert filled.prepare(op.Reject(reason="duplicate", answers={"other": "b"}), [filled.lead("a")])


def test_what_changes_after_everything_was_laid_ready_is_found_as_it_is(
    filled: Desk, server: FakeServer, pull: Callable[[Desk], None]
) -> None:
    filled.warm()
    assert filled.queue("webinar") == ["a"]
    server.put_lead(make_lead("c", campaign_id="c-105ff6b8", contact=Contact(name="Zoe Example"), origin=""))
    server.put_lead(make_lead("a", campaign_id="c-2", origin="", revision=2))
    pull(filled)
    assert filled.queue("webinar") == ["c"]
    assert filled.queue("fair") == ["a", "b"]
    filled.commit(filled.prepare(op.Correct(field="name", value="Yolanda Example"), [filled.lead("c")]))
    assert (filled.queue("zoe"), filled.queue("yolanda")) == ([], ["c"])
    filled.undo()
    assert (filled.queue("zoe"), filled.queue("yolanda")) == (["c"], [])
