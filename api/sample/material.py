"""The texts and names that samples are made of, read once from the TOML files beside this one."""

import tomllib
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec

_HERE = Path(__file__).parent


class Country(msgspec.Struct, frozen=True):
    """Names, places and firms of one country; ``shown|spelled`` where the script is no good for addresses."""

    name: str
    weight: int
    language: str
    served: bool
    """Whether Tideroster sells there."""
    given: tuple[str, ...]
    family: tuple[str, ...]
    places: tuple[str, ...]
    clinics: tuple[str, ...]
    care: tuple[str, ...]
    bakeries: tuple[str, ...]
    whole: tuple[str, ...] = ()
    """Whole names, for those that are not a given and a family name in this country's order."""


class AssetText(msgspec.Struct, frozen=True):
    """One ad, page, e-mail, form or event, and what it says."""

    id: str
    kind: str
    title: str
    words: str
    url: str = ""


class CampaignText(msgspec.Struct, frozen=True):
    """One campaign; `starts` and `ends` are days from the day the sample is made for."""

    id: str
    name: str
    channel: str
    starts: int
    ends: int
    budget: float
    spend: float
    owner: str
    why: str
    paths: tuple[tuple[str, ...], ...]
    """What one lead does, in order, each step ``kind:asset``."""
    assets: tuple[AssetText, ...]

    def asset(self, identifier: str) -> AssetText | None:
        """Return the asset with this id, or None."""
        return next((asset for asset in self.assets if asset.id == identifier), None)


class Messages(msgspec.Struct, frozen=True):
    """What leads and reps write."""

    lead: dict[str, dict[str, tuple[str, ...]]]
    """Truth → language → messages."""
    note: dict[str, tuple[str, ...]]
    answer: dict[str, tuple[str, ...]]


@lru_cache(maxsize=1)
def countries() -> tuple[Country, ...]:
    """Return the countries."""
    return msgspec.convert(_load("countries")["country"], tuple[Country, ...])


@lru_cache(maxsize=1)
def campaigns() -> tuple[CampaignText, ...]:
    """Return the campaigns."""
    return msgspec.convert(_load("campaigns")["campaign"], tuple[CampaignText, ...])


@lru_cache(maxsize=1)
def messages() -> Messages:
    """Return the messages."""
    return msgspec.convert(_load("messages"), Messages)


def _load(name: str) -> dict[str, Any]:
    return tomllib.loads((_HERE / f"{name}.toml").read_text(encoding="utf-8"))
