"""Text from outside, made harmless before anything else sees it."""

import re

LINE_LIMIT = 500
"""Longest single-line field kept, in characters."""

PROSE_LIMIT = 4_000
"""Longest free text kept (notes, the words of an asset), in characters."""

# C0 and C1 controls, the characters that reorder what stands beside them, and those that show nothing at all.
_FORBIDDEN = (
    r"\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u180e\u200b\u200e\u200f\u2028\u2029\u202a-\u202e"
    r"\u2060-\u2069\u3164\ufeff\uffa0\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f"
)
# No language stacks more marks on a letter, or joins more often; what does, writes over its neighbours or hides.
_MARK = (
    r"[\u0300-\u036f\u0483-\u0489\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u06d6-\u06ed\u0e31\u0e34-\u0e3a\u0e47-\u0e4e"
    r"\u1ab0-\u1aff\u1dc0-\u1dff\u200c\u200d\u20d0-\u20ff\ufe00-\ufe0f\ufe20-\ufe2f\U000e0100-\U000e01ef]"
)
_STACKED = re.compile(f"({_MARK}{{4}}){_MARK}+")
# Emoji and the scripts between Arabic and Sinhala are joined; between other letters a joiner makes a text look longer
# than it is counted, so that it would write over what stands beside it.
_JOINED = (
    r"[\u0600-\u0dff\u2194\u2195\u2620\u2640\u2642\u2695\u2696\u26a7\u2708\u2764\u27a1\u2b1b\ufe0f"
    r"\U0001f000-\U0001faff]"
)
_LOOSE = f"(?<!{_JOINED})\\u200d|\\u200d(?!{_JOINED})"
_JOINERS = re.compile(_LOOSE)
UNSAFE = re.compile(f"{_LOOSE}|(?<={_MARK}{_MARK}{_MARK}{_MARK}){_MARK}|[{_FORBIDDEN}]")
"""Each character that cleaning takes out of prose; for what must keep every character and writes them in escapes."""
_HARMFUL = re.compile(f"[{_FORBIDDEN}]")
_HARMFUL_IN_LINE = re.compile(f"[{_FORBIDDEN}\\t\\n]")
_GAPS = re.compile(r"[ \u00a0]+")


def clean_line(text: str, limit: int = LINE_LIMIT) -> str:
    """Return `text` as one harmless line: controls and bidi marks gone, white space folded, at most `limit` long."""
    return (
        _GAPS.sub(" ", _unstacked(_HARMFUL_IN_LINE.sub(" ", text[: limit * 4])))
        .strip()[:limit]
        .rstrip("\u200d")
        .rstrip()
    )


def clean_prose(text: str, limit: int = PROSE_LIMIT) -> str:
    """Return `text` with its line breaks and tabs kept, everything that could steer a terminal removed."""
    unified = text[: limit * 4].replace("\r\n", "\n").replace("\r", "\n")
    return _unstacked(_HARMFUL.sub("", unified)).strip()[:limit].rstrip("\u200d").rstrip()


def _unstacked(text: str) -> str:
    return text if text.isascii() else _STACKED.sub(r"\1", _JOINERS.sub("", text))


def openable(url: str) -> bool:
    """Say whether `url` is one that Handoff will hand to the system: http, https, mailto or tel, and nothing else."""
    return bool(re.match(r"(?:https?://[^\s/]|mailto:[^\s]|tel:[+\d])[^\s\x00-\x1f]*\Z", url, re.IGNORECASE))
