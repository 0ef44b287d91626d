"""The fields of a lead that people put right, in words."""

from api.model.lead import FIELDS

_WORDS = {"name": "name", "title": "job title", "company_country": "company’s country", "message": "message"}


def fields() -> tuple[tuple[str, str], ...]:
    """Return every field that can be corrected, as (value, words); the order gives their keys and is kept."""
    return tuple((name, _WORDS.get(name, name.replace("_", " "))) for name in FIELDS if name != "campaign")
