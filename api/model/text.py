"""Text from outside, made harmless before anything else sees it."""

import re
from functools import cache

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
# Emoji and the scripts between Arabic and Sinhala are joined; between other letters a joiner makes a text look longer
# than it is counted, so that it would write over what stands beside it.
_JOINED = (
    r"[\u0600-\u0dff\u2194\u2195\u2620\u2640\u2642\u2695\u2696\u26a7\u2708\u2764\u27a1\u2b1b\ufe0f"
    r"\U0001f000-\U0001faff]"
)
_LOOSE = f"(?<!{_JOINED})\\u200d|\\u200d(?!{_JOINED})"


_HARMFUL = f"[{_FORBIDDEN}]"
_HARMFUL_IN_LINE = f"[{_FORBIDDEN}\\t\\n]"
_STACKED = f"({_MARK}{{4}}){_MARK}+"
_UNSAFE = f"{_LOOSE}|(?<={_MARK}{_MARK}{_MARK}{_MARK}){_MARK}|[{_FORBIDDEN}]"
# Letters of European languages, their quotation marks and dashes: most texts hold nothing else, and need no cleaning.
_PLAIN = re.compile(r"[ -~\xa1-\xac\xae-\u02ff\u2010-\u2027\u20ac]*")


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    """Compile a pattern once, and not before a text needs it: together they take longer than many a command."""
    return re.compile(pattern)


def unsafe() -> re.Pattern[str]:
    """Match each character that cleaning takes out of prose; for what keeps them all and writes them in escapes."""
    return _compiled(_UNSAFE)


def plain(text: str) -> bool:
    """Say, at hardly any cost, that there is nothing in `text` to clean; of the rest it may say so or not."""
    return _PLAIN.fullmatch(text) is not None


def clean_line(text: str, limit: int = LINE_LIMIT) -> str:
    """Return `text` as one harmless line: controls and bidi marks gone, white space folded, at most `limit` long."""
    cut = text[: limit * 4]
    if not plain(cut):
        cut = _unstacked(_compiled(_HARMFUL_IN_LINE).sub(" ", cut)).replace("\xa0", " ")
    if "  " in cut:
        cut = _compiled(" +").sub(" ", cut)
    return cut.strip()[:limit].rstrip("\u200d").rstrip()


def clean_prose(text: str, limit: int = PROSE_LIMIT) -> str:
    """Return `text` with its line breaks and tabs kept, everything that could steer a terminal removed."""
    cut = text[: limit * 4]
    if not plain(cut.replace("\n", "")):
        cut = _unstacked(_compiled(_HARMFUL).sub("", cut.replace("\r\n", "\n").replace("\r", "\n")))
    return cut.strip()[:limit].rstrip("\u200d").rstrip()


def _unstacked(text: str) -> str:
    return text if text.isascii() else _compiled(_STACKED).sub(r"\1", _compiled(_LOOSE).sub("", text))


def openable(url: str) -> bool:
    """Say whether `url` is one that Handoff will hand to the system: http, https, mailto or tel, and nothing else."""
    return bool(re.match(r"(?:https?://[^\s/]|mailto:[^\s]|tel:[+\d])[^\s\x00-\x1f]*\Z", url, re.IGNORECASE))
