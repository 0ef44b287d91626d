"""Texts that attack a terminal, and what a terminal may be sent."""

import re

FLOOD = "\u0301" * 60
HOSTILE: dict[str, str] = {
    "colours (CSI)": "\x1b[31;41;5m",
    "erase (CSI)": "\x1b[2J\x1b[H",
    "answer back (CSI)": "\x1b[6n\x1b[c",
    "C1 CSI": "\x9b31;7m",
    "C1 OSC": "\x9d0;owned\x9c",
    "title (OSC 0)": "\x1b]0;owned\x07",
    "title (OSC 2, ST)": "\x1b]2;owned\x1b\\",
    "clipboard (OSC 52)": "\x1b]52;c;b3duZWQ=\x07",
    "link (OSC 8)": "\x1b]8;;https://evil.example.com\x1b\\here\x1b]8;;\x1b\\",
    "palette (OSC 4)": "\x1b]4;1;#000000\x07",
    "DCS": "\x1bP+q544e\x1b\\",
    "C1 DCS": "\x901$r0m\x9c",
    "APC": "\x1b_Gf=24;owned\x1b\\",
    "PM and SOS": "\x1b^owned\x1b\\\x1bXowned\x1b\\",
    "reset": "\x1bc",
    "charset": "\x1b(0\x0e",
    "end of paste": "\x1b[201~rm -rf\r",
    "modes": "\x1b[?1049l\x1b[?25l",
    "lone escape": "\x1b",
    "NUL, BEL, BS, DEL": "\x00\x07\x08\x08\x7f",
    "CR overwrites": "\rowned",
    "VT, FF, SO, SI": "\x0b\x0c\x0e\x0f",
    "NEL and separators": "\x85\u2028\u2029",
    "bidi overrides": "\u202efdp.exe\u202c\u202d",
    "bidi isolates": "\u2066\u2067\u2068\u2069",
    "bidi marks": "\u200e\u200f\u061c",
    "shows nothing": "\u200b\ufeff\u2060\u00ad\u034f\u3164",
    "tags": "\U000e0041\U000e0042\U000e007f",
    "flood of marks": "z" + FLOOD,
    "joiners that shorten": "a\u200d" * 30,
    "flood of Thai marks": "\u0e01" + "\u0e49" * 60,
    "flood of Arabic marks": "\u0628" + "\u064b" * 60,
    "lines": "one\ntwo\n\nthree\tfour",
    "very long": "long " * 4_000,
    "very long word": "w" * 20_000,
    "markup (Rich)": "[red]red[/red][blink][link=https://evil.example.com]x[/link][/]",
    "markup (Textual)": "[@click=app.bell]x[/][$error]y[/][@click=app.action_leave()]z",
    "emoji code": ":skull: :warning:",
    "format": "{0} %s %(x)s \\x1b[31m $HOME `id`",
}
"""What is hostile about it, and the text."""

HARMLESS: dict[str, str] = {
    "right to left": "שלום עולם مرحبا",
    "wide": "田中さん 会社",
    "emoji joined": "👩‍💻 🏳️‍🌈",
    "combined letters": "Zoë Việt Nam क्षि",
}
"""Texts that people really write; they arrive as they are."""

LONE_SURROGATE = r"\ud83d"
"""Half of a character, as it stands in JSON that cut an emoji in two."""

_OWN = re.compile(
    r"\x1b(?:"
    r"\[[0-9;]*[A-HJKm]"  # where to write, and how
    r"|\[\?[0-9]+[hl]"  # modes of the program as a whole
    r"|\[\?[0-9]+\$p"  # asking for what the terminal can do
    r"|\[[<>][0-9]*u"  # keyboard
    r"|\]22;[a-z-]*\x07"  # the pointer's shape
    r")"
)
_MODES = {"1049", "25", "1000", "1002", "1003", "1004", "1006", "1015", "1016", "2004", "2026", "2048", "7"}
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_CARRIAGE = re.compile(r"\r(?!\r*\n)")
_STEERING = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\u3164\ufeff\uffa0\ufff9-\ufffb"
    "\U000e0000-\U000e007f]"
)
_FLOOD = re.compile("[\u0300-\u036f\u064b-\u065f\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u200c\u200d\ufe00-\ufe0f]{6}")
_BLINK = re.compile(r"\x1b\[(?:[0-9;]*;)?5m|\x1b\[31;41")


def attacks(sent: bytes) -> list[str]:
    """Return everything in `sent` that a terminal would obey and that the program has no reason to say."""
    text = sent.decode(errors="surrogateescape")
    found = [f"mode {mode}" for mode in re.findall(r"\x1b\[\?([0-9]+)[hl]", text) if mode not in _MODES]
    found += [f"attribute {one!r}" for one in _BLINK.findall(text)]
    rest = _OWN.sub("", text)
    for name, pattern in (
        ("control", _CONTROL),
        ("carriage return", _CARRIAGE),
        ("steering", _STEERING),
        ("flood", _FLOOD),
        ("not UTF-8", re.compile("[\ud800-\udfff]")),
    ):
        found += [f"{name} at {rest[max(hit.start() - 30, 0) : hit.end() + 30]!r}" for hit in pattern.finditer(rest)]
    return found
