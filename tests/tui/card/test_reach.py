"""What of a lead can be copied and opened: nothing that is not there, and nothing that is not safe."""

import pytest
from msgspec.structs import replace

from api.model.lead import Company, Contact
from tests.factories import make_lead
from tui.reach import address, copyable, far_away, mail_url, reachable, site_url, tel_url

LEAD = replace(
    make_lead(),
    contact=Contact(name="Ana", email="ana@example.com", phone="+1 555 0100"),
    company=Company(name="Bakery", website="bakery.example"),
    url="https://crm.example.com/1",
)


def test_everything_that_is_known_can_be_copied_each_by_its_own_key() -> None:
    assert [piece.label for piece in copyable(LEAD)] == ["e-mail", "number", "name", "company", "page", "id"]
    assert len({piece.key for piece in copyable(LEAD)} | {"w"}) == 7
    bare = replace(LEAD, contact=Contact(), company=Company(), url="")
    assert [piece.label for piece in copyable(bare)] == ["id"]


def test_the_address_is_the_e_mail_else_the_number() -> None:
    def copied(contact: Contact) -> str:
        piece = address(replace(LEAD, contact=contact))
        return piece.value if piece else ""

    assert copied(LEAD.contact) == "ana@example.com"
    assert copied(replace(LEAD.contact, email="")) == "+1 555 0100"
    assert copied(Contact(name="Ana")) == ""


def test_mail_telephone_site_and_page_can_be_opened() -> None:
    assert [piece.value for piece in reachable(LEAD)] == [
        "mailto:ana@example.com",
        "tel:+15550100",
        "https://bakery.example",
        "https://crm.example.com/1",
    ]


@pytest.mark.parametrize(
    "bad", ["javascript:alert(1)", "file:///etc/passwd", "ftp://x.example", "-e", "vbscript:x", "x y"]
)
def test_no_other_way_is_ever_opened(bad: str) -> None:
    lead = replace(LEAD, contact=Contact(email=bad, phone=bad), company=Company(website=bad), url=bad)
    assert reachable(lead) == []


@pytest.mark.parametrize(
    ("email", "url"),
    [
        ("ana+roster@example.com", "mailto:ana+roster@example.com"),
        ("a@b.example?cc=all@b.example&body=x", ""),
        ("a?cc=x@b.example", "mailto:a%3Fcc%3Dx@b.example"),
        ("not an address", ""),
        ("", ""),
    ],
)
def test_an_address_adds_nothing_to_the_mail(email: str, url: str) -> None:
    assert mail_url(email) == url


@pytest.mark.parametrize(
    ("phone", "url"),
    [
        ("+49 (0)30 123-456", "tel:+4930123456"),
        ("030 / 123 456", "tel:030123456"),
        ("+1 555 0100 ext 12", "tel:+15550100"),
        ("(+1) 555 0100", "tel:+15550100"),
        ("ask at the door", ""),
        ("", ""),
    ],
)
def test_a_number_is_dialled_without_what_is_not_of_it(phone: str, url: str) -> None:
    assert tel_url(phone) == url


@pytest.mark.parametrize(
    ("website", "url"),
    [
        ("www.bakery.example/about", "https://www.bakery.example/about"),
        ("http://bakery.example", "http://bakery.example"),
        ("bakery.example:8080", "https://bakery.example:8080"),
        ("bakery", ""),
        ("user@host.example", ""),
        ("javascript:x.y", ""),
    ],
)
def test_a_web_site_is_opened_by_https_unless_it_says_otherwise(website: str, url: str) -> None:
    assert site_url(website) == url


def test_over_ssh_nothing_is_opened_at_the_wrong_end() -> None:
    assert far_away({"SSH_CONNECTION": "1"})
    assert not far_away({"SSH_CONNECTION": "1", "DISPLAY": "localhost:10"})
    assert not far_away({"SSH_CONNECTION": "1", "BROWSER": "remote-open"})
    assert not far_away({})
