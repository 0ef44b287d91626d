"""The bytes of a file as text: which encoding it was, and whether it is text at all."""

import codecs
import re

from api.importing.problems import ImportRefused

SIZE_LIMIT = 256 * 1024 * 1024
"""Largest file read, in bytes."""

_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"PK\x03\x04", "a workbook (.xlsx, .ods) or a zip archive"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook (.xls)"),
    (b"%PDF", "a PDF"),
    (b"\x1f\x8b", "a compressed file (gzip)"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"SQLite format 3", "a database"),
    (b"{\\rtf", "a word processor's document"),
)
_BOMS: tuple[tuple[bytes, str, str], ...] = (
    (codecs.BOM_UTF8, "utf-8-sig", "UTF-8"),
    (codecs.BOM_UTF32_LE, "utf-32", "UTF-32"),
    (codecs.BOM_UTF32_BE, "utf-32", "UTF-32"),
    (codecs.BOM_UTF16_LE, "utf-16", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16", "UTF-16"),
)
_CONTROLS = re.compile(rb"[\x01-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_MULTIBYTE = re.compile(r"[\u0080-\ufffc\U00010000-\U0010ffff]")
_SAMPLE = 64 * 1024


def decode(data: bytes) -> tuple[str, str, list[str]]:
    """Return the text of `data`, the encoding's name, and notes on what had to be guessed.

    UTF-8 with or without a byte order mark and UTF-16 are recognised; what is none of them is read as Windows-1252,
    and the notes say so.

    Raises:
        ImportRefused: the file is empty, too large, or not text.
    """
    if not data.strip(b"\x00\r\n\t \xef\xbb\xbf"):
        raise ImportRefused("The file is empty: nothing to import.")
    if len(data) > SIZE_LIMIT:
        raise ImportRefused(f"The file is larger than {SIZE_LIMIT // 1024**2} MB: split it and import the parts.")
    for magic, what in _MAGIC:
        if data.startswith(magic):
            raise ImportRefused(f"This is {what}, not a CSV file: open it where it was made and save it as CSV.")
    for bom, codec, name in _BOMS:
        if data.startswith(bom):
            return _by_mark(data, codec, name)
    unmarked = _utf16_without_mark(data)
    if unmarked:
        text, name, notes = _by_mark(data, unmarked, "UTF-16")
        return text, name, [*notes, "The file carries no byte order mark; it was read as UTF-16."]
    _refuse_binary(data)
    try:
        return data.decode("utf-8"), "UTF-8", []
    except UnicodeDecodeError as problem:
        return _fallback(data, problem.start)


def _by_mark(data: bytes, codec: str, name: str) -> tuple[str, str, list[str]]:
    try:
        return data.decode(codec), name, []
    except UnicodeDecodeError as problem:
        text = data.decode(codec, errors="replace")
        line = text[: text.find("�")].count("\n") + 1
        note = f"Line {line}: not proper {name} ({problem.reason}); characters that can't be read became “�”."
        return text, name, [note]


def _utf16_without_mark(data: bytes) -> str:
    """Return the codec when every other byte of the beginning is mostly NUL, as in western text in UTF-16."""
    sample = data[:4096]
    if len(sample) < 8 or len(data) % 2:
        return ""
    half = len(sample) // 2
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if odd > 0.4 * half and even < 0.05 * half:
        return "utf-16-le"
    if even > 0.4 * half and odd < 0.05 * half:
        return "utf-16-be"
    return ""


def _refuse_binary(data: bytes) -> None:
    sample = data[:_SAMPLE]
    odd_bytes = len(_CONTROLS.findall(sample)) + sample.count(0)
    if odd_bytes > max(8, len(sample) // 20):
        raise ImportRefused("This is a binary file, not a CSV file: export the data as CSV and import that.")


def _fallback(data: bytes, at: int) -> tuple[str, str, list[str]]:
    line = data.count(b"\n", 0, at) + 1
    patched = data.decode("utf-8", errors="replace")
    broken = patched.count("�")
    if len(_MULTIBYTE.findall(patched[: 4 * _SAMPLE])) > broken:
        return patched, "UTF-8", [f"Line {line}: damaged UTF-8; {broken} characters that can't be read became “�”."]
    text = data.decode("cp1252", errors="replace")
    note = f"The file is not UTF-8 (first seen in line {line}); it was read as Windows-1252. Check names with accents."
    return text, "Windows-1252", [note]
