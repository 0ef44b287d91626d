"""Who works at the invented firm Tideroster, which plans shifts for clinics, care homes and bakeries."""

from api.model.people import Person, Role

TEAMS = ("Bakeries", "Care", "Clinics")
"""One sales team for each industry that Tideroster sells to."""

MANAGER = Person(
    id="carla",
    name="Carla Winther",
    role=Role.MANAGER,
    functions=("routing", "suppression", "account_owner", "weekly_review"),
)

MARKETERS = (
    Person(
        id="jule",
        name="Jule Petersen",
        role=Role.MARKETER,
        functions=("campaign_owner", "product_marketing"),
    ),
    Person(
        id="davi",
        name="Davi Monteiro",
        role=Role.MARKETER,
        functions=("campaign_owner", "marketing_ops", "scoring", "nurture"),
    ),
)

REPS = (
    Person(id="robin", name="Robin Achterberg", role=Role.REP, team="Bakeries"),
    Person(id="noor", name="Noor Valdés", role=Role.REP, team="Bakeries"),
    Person(id="pekka", name="Pekka Sundholm", role=Role.REP, team="Bakeries"),
    Person(id="siobhan", name="Siobhán Keane", role=Role.REP, team="Care"),
    Person(id="tomas", name="Tomás Iriarte", role=Role.REP, team="Care"),
    Person(id="agnieszka", name="Agnieszka Wolny", role=Role.REP, team="Care"),
    Person(id="imani", name="Imani Osei-Hart", role=Role.REP, team="Clinics"),
    Person(id="lukas", name="Lukas Brandauer", role=Role.REP, team="Clinics"),
    Person(id="meiling", name="Mei-Ling Tan", role=Role.REP, team="Clinics"),
)

PEOPLE = (MANAGER, *MARKETERS, *REPS)
DEMO_REP = REPS[0]
"""Whose queue the demo opens on."""


def members(team: str) -> tuple[Person, ...]:
    """Return the reps of a team."""
    return tuple(rep for rep in REPS if rep.team == team)
