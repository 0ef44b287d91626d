"""Text from outside, made harmless before anything else sees it."""

import re

LINE_LIMIT = 500
"""Longest single-line field kept, in characters."""

PROSE_LIMIT = 4_000
"""Longest free text kept (notes, the words of an asset), in characters."""

# C0 and C1 controls, and the characters that reorder or hide what stands beside them.
_FORBIDDEN = (
    r"\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028\u2029\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff"
)
_HARMFUL = re.compile(f"[{_FORBIDDEN}]")
_HARMFUL_IN_LINE = re.compile(f"[{_FORBIDDEN}\\t\\n]")
_GAPS = re.compile(r"[ \u00a0]+")


def clean_line(text: str, limit: int = LINE_LIMIT) -> str:
    """Return `text` as one harmless line: controls and bidi marks gone, white space folded, at most `limit` long."""
    return _GAPS.sub(" ", _HARMFUL_IN_LINE.sub(" ", text[: limit * 4])).strip()[:limit]


def clean_prose(text: str, limit: int = PROSE_LIMIT) -> str:
    """Return `text` with its line breaks and tabs kept, everything that could steer a terminal removed."""
    unified = text[: limit * 4].replace("\r\n", "\n").replace("\r", "\n")
    return _HARMFUL.sub("", unified).strip()[:limit]


def openable(url: str) -> bool:
    """Say whether `url` is one that Handoff will hand to the system: http, https, mailto or tel, and nothing else."""
    return bool(re.match(r"(?:https?://[^\s/]|mailto:[^\s]|tel:[+\d])[^\s\x00-\x1f]*\Z", url, re.IGNORECASE))
