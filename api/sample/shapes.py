"""How often what becomes of a lead, by campaign: the shapes of real funnels behind invented leads.

Per mille of leads, carried over and rounded from the aggregate counts of recorded outcomes of one event-software firm
(43,972 leads, 34,229 of them with a reason; its larger campaigns, silence included), published as counts without rows.
That firm kept fewer reasons than the agreement has, so some are divided further, by shares that are common knowledge.
"""

from random import Random
from types import MappingProxyType
from typing import NamedTuple

TRUTHS = (
    "not_target",
    "unreachable",
    "timing",
    "no_need",
    "no_fit",
    "competitor",
    "bad_data",
    "no_show",
    "do_not_contact",
    "duplicate",
    "already_ours",
    "opportunity",
    "silent",
)


class Shape(NamedTuple):
    """One campaign's share of all leads, in percent, and what becomes of a thousand of its leads, as `TRUTHS`."""

    share: int
    per_mille: tuple[int, ...]


SHAPES = MappingProxyType(
    {
        "search-roster": Shape(20, (172, 115, 162, 58, 70, 45, 34, 12, 1, 1, 1, 70, 259)),
        "social-nights": Shape(15, (371, 104, 76, 71, 33, 21, 55, 4, 2, 0, 0, 8, 254)),
        "guide-rest-times": Shape(12, (173, 116, 128, 93, 33, 121, 47, 7, 3, 0, 0, 22, 256)),
        "calc-overtime": Shape(10, (208, 148, 133, 60, 45, 56, 30, 11, 2, 0, 2, 66, 240)),
        "webinar-sick-call": Shape(9, (23, 205, 329, 160, 4, 123, 12, 21, 1, 0, 1, 10, 111)),
        "mail-sheet-to-roster": Shape(7, (160, 106, 125, 90, 35, 112, 48, 4, 1, 1, 0, 18, 299)),
        "fair-oven-dough": Shape(7, (76, 118, 191, 21, 38, 42, 28, 10, 3, 7, 7, 181, 278)),
        "pilot-30": Shape(6, (194, 103, 105, 33, 36, 33, 38, 11, 0, 0, 0, 147, 299)),
        "partner-payroll": Shape(5, (124, 108, 151, 62, 21, 79, 52, 6, 0, 0, 0, 91, 306)),
        "display-pricing": Shape(5, (344, 75, 96, 75, 50, 50, 29, 5, 4, 0, 0, 9, 263)),
        "letter-directors": Shape(4, (108, 142, 190, 90, 40, 128, 36, 20, 2, 0, 0, 36, 206)),
        "refer-a-ward": Shape(4, (63, 113, 140, 40, 77, 34, 17, 13, 1, 3, 0, 180, 318)),
    }
)

_DIVIDED: dict[str, tuple[tuple[str, int], ...]] = {
    "not_target": (
        ("size", 34),
        ("country", 12),
        ("industry", 10),
        ("use_case", 6),
        ("low_intent", 14),
        ("student", 6),
        ("vendor", 4),
        ("job_seeker", 3),
        ("press", 1),
        ("partner", 2),
        ("wrong_person", 8),
    ),
    "timing": (("timing", 66), ("no_budget", 17), ("locked_in", 17)),
    "no_need": (("no_need", 86), ("wrong_owner", 14)),
    "competitor": (("competitor", 60), ("opportunity", 40)),
    "bad_data": (("bad_data", 70), ("spam", 30)),
}
"""What one recorded reason stands for here; a deal lost to a competitor was a good lead, so part of those are."""


def truth_of(campaign: str, rng: Random) -> str:
    """Draw what is true of a lead of this campaign."""
    drawn = rng.choices(TRUTHS, SHAPES[campaign].per_mille)[0]
    parts = _DIVIDED.get(drawn)
    return rng.choices([name for name, _ in parts], [weight for _, weight in parts])[0] if parts else drawn
