"""Who the lead is: a person at a firm, such that what is true of the lead can be seen on it."""

import re
import unicodedata
from collections.abc import Sequence
from random import Random
from typing import NamedTuple

from api.model.lead import Part, Score
from api.sample.material import Country, countries

INDUSTRIES = {"Clinics": "Hospitals and clinics", "Care": "Care homes", "Bakeries": "Bakeries"}
"""Sales team → the industry it sells to."""

_OTHER_INDUSTRIES = ("Hotels", "Logistics", "Retail", "Events", "Public administration", "Security services")
_OTHER_FIRMS = ("{place} Hotels", "{place} Logistics", "{place} Parcel", "{place} Events", "{place} Security")
_COMPETITORS = ("RotaMule", "SchichtFuchs", "PlanCanary")
_DECIDERS = {
    "Clinics": ("Head of Nursing", "Operations Director", "Ward Manager", "HR Manager", "Practice Manager"),
    "Care": ("Care Home Manager", "Director of Nursing", "Rota Planner", "Operations Manager", "HR Manager"),
    "Bakeries": ("Owner", "Production Manager", "Master Baker", "Branch Manager", "HR Manager"),
}
_HELPERS = {
    "Clinics": ("Nurse in training", "Receptionist"),
    "Care": ("Night carer", "Volunteer coordinator"),
    "Bakeries": ("Counter sales", "Apprentice baker"),
}
_TITLES = {
    "student": ("Student",),
    "job_seeker": ("Job seeker",),
    "vendor": ("Growth Partner Manager", "Account Executive"),
    "press": ("Journalist",),
    "partner": ("Managing Partner, payroll bureau",),
    "competitor": ("Product Marketing Manager", "Market Analyst"),
}
_FREE_MAIL = ("mail.example", "freemail.example", "post.example.net")


class Persona(NamedTuple):
    """A person and their firm, as a form would know them."""

    team: str
    """The sales team that it belongs to."""
    language: str
    served: bool
    name: str
    title: str
    email: str
    phone: str
    country: str
    company: str
    website: str
    industry: str
    employees: int | None
    decides: bool


def make_persona(rng: Random, truth: str, team: str, serial: int) -> Persona:
    """Return somebody of whom `truth` holds; `serial` makes the phone number theirs alone."""
    country = _country(rng, truth)
    shown, spelled = _name(rng, country)
    company, company_spelled = _company(rng, country, truth, team)
    domain = f"{_slug(company_spelled)[:40]}.example"
    title, decides = _title(rng, truth, team)
    employees = _employees(rng, truth)
    local = ".".join(part for part in _slug(spelled).split("-") if part)[:40]
    email = f"{local}@{domain}"
    phone = _phone(serial) if rng.random() < 0.82 else ""
    if truth == "student":
        company, employees, email = "", None, f"{local}@campus.example.org"
    elif truth in ("job_seeker", "spam"):
        company, employees, email = "", None, f"{local}{serial}@{rng.choice(_FREE_MAIL)}"
    elif truth == "bad_data":
        email, phone = rng.choice(
            (("", ""), (f"{local}@{domain}".replace("@", "@@"), phone), (f"{local}@{domain}", ""))
        )
    elif truth in ("vendor", "press", "partner"):
        company, employees = f"{rng.choice(country.places).partition('|')[0]} {_OUTSIDE[truth]}", rng.randint(3, 60)
    industry = _industry(rng, truth, team)
    website = f"https://www.{domain}" if company and rng.random() < 0.75 else ""
    if truth == "spam":
        shown, title = rng.choice(("asdf", "Test Test", "Max Mustertest")), ""
    elif rng.random() < 0.05:
        # Combining letters, as some keyboards send them: as wide as their composed twins, but more characters.
        shown = unicodedata.normalize("NFD", shown)
    return Persona(
        team,
        country.language,
        country.served,
        shown,
        title,
        email,
        phone,
        country.name,
        company,
        website,
        industry,
        employees,
        decides,
    )


_SIZES = (
    (501, "More than 500 employees", 15),
    (60, "60 to 500 employees", 25),
    (20, "20 to 59 employees", 18),
    (10, "10 to 19 employees", 8),
)
_PLANNERS = frozenset({"Ward Manager", "Rota Planner", "HR Manager", "Branch Manager", "Practice Manager"})
_HOME = frozenset({"Germany", "Austria", "United Kingdom"})
_OUTSIDE = {"vendor": "Growth Agency", "press": "Weekly", "partner": "Payroll Services"}


def fit_of(persona: Persona) -> Score:
    """Return how well the person and firm match the target, with the parts that make the sum."""
    parts: list[Part] = []
    if persona.industry in INDUSTRIES.values():
        parts.append(Part(f"Industry we serve: {persona.industry}", 30))
    parts += [Part(label, points) for least, label, points in _SIZES if (persona.employees or 0) >= least][:1]
    if persona.decides:
        planner = persona.title in _PLANNERS
        parts.append(Part(f"{'Plans' if planner else 'Decides on'} rosters: {persona.title}", 14 if planner else 20))
    if persona.served:
        parts.append(Part(f"Country we serve: {persona.country}", 15 if persona.country in _HOME else 10))
    if persona.email.endswith(".example") and "@@" not in persona.email and persona.company:
        parts.append(Part("Business e-mail", 10))
    return Score(sum(part.points for part in parts), tuple(parts))


def _country(rng: Random, truth: str) -> Country:
    known = [country for country in countries() if country.served is (truth != "country")]
    return rng.choices(known, [country.weight for country in known])[0]


def _name(rng: Random, country: Country) -> tuple[str, str]:
    whole = len(country.whole)
    if whole and (not country.given or rng.random() < 0.06):
        shown, _, spelled = rng.choice(country.whole).partition("|")
        return shown, spelled or shown
    name = f"{rng.choice(country.given)} {rng.choice(country.family)}"
    return name, name


def _company(rng: Random, country: Country, truth: str, team: str) -> tuple[str, str]:
    place, _, place_spelled = rng.choice(country.places).partition("|")
    family = rng.choice(country.family or ("Sakura",))
    if truth == "competitor":
        name = rng.choice(_COMPETITORS)
        return f"{name} (example)", name
    if truth == "industry":
        pattern = rng.choice(_OTHER_FIRMS)
    else:
        firms: dict[str, Sequence[str]] = {
            "Clinics": country.clinics,
            "Care": country.care,
            "Bakeries": country.bakeries,
        }
        pattern = rng.choice(firms[team])
    shown, _, spelled = pattern.partition("|")
    shown = shown.format(place=place, family=family)
    return shown, (spelled or pattern).format(place=place_spelled or place, family=family)


def _title(rng: Random, truth: str, team: str) -> tuple[str, bool]:
    if truth in _TITLES:
        return rng.choice(_TITLES[truth]), False
    if truth == "wrong_person":
        return rng.choice(_HELPERS[team]), False
    return rng.choice(_DECIDERS[team]), True


def _industry(rng: Random, truth: str, team: str) -> str:
    match truth:
        case "industry":
            return rng.choice(_OTHER_INDUSTRIES)
        case "student" | "job_seeker" | "spam":
            return ""
        case "vendor" | "press" | "partner":
            return "Business services"
        case "competitor":
            return "Software"
        case _:
            return INDUSTRIES[team]


def _employees(rng: Random, truth: str) -> int | None:
    if truth == "size":
        return rng.randint(2, 15)
    if truth not in ("opportunity", "industry") and rng.random() < 0.07:
        return None
    return min(max(int(rng.lognormvariate(4.2, 0.8)), 20), 2_400)


def _phone(serial: int) -> str:
    """Return a number of the range kept for fiction (555-0100 to 555-0199 of any area), never twice in 77,000."""
    area, line = 201 + (serial * 7) % 779, (37 * (serial % 779) + serial // 779) % 100
    return f"+1 {area} 555 01{line:02d}"


_APART = {"ß": "ss", "ø": "o", "ł": "l", "Ł": "l", "đ": "d", "œ": "oe", "æ": "ae", "ı": "i"}


def _slug(text: str) -> str:
    spelled = "".join(_APART.get(sign, sign) for sign in text.replace("Œ", "Oe"))
    plain = unicodedata.normalize("NFKD", spelled).encode("ascii", "ignore").decode().casefold()
    return re.sub(r"[^a-z0-9]+", "-", plain.replace("'", "")).strip("-") or "sample"
