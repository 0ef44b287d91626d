"""Named views on the disk: a file that people may read, edit and share."""

import json
import tomllib
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

import msgspec

from api.errors import HandoffError
from api.local.aside import copy_aside
from api.local.errors import not_saved
from api.local.files import Files, make_private, write_whole
from api.local.lock import FileLock
from api.model.text import clean_line
from api.rules.queue import NamedView

MOST = 50
"""Views that are kept."""

NAME_LIMIT = 40
FILTER_LIMIT = 400
"""Longest name and filter, in characters."""

_HEADER = """\
# Your own views of the queue. Handoff writes this file when you keep or drop one.
# view: mine, team, snoozed, attempts, done or all. order: due, waiting, score or campaign.
"""


class UnfitView(HandoffError):
    """A view that can't be kept; the sentence says why."""


class Views:
    """The views in the file at `path`, by name, whatever its case. Every call reads it: other windows write it, too."""

    def __init__(self, path: Path, *, files: Files | None = None) -> None:
        self._path = path
        self._files = files or Files()
        self._lock = FileLock(path.with_name(path.name + ".lock"))
        self.warnings: list[str] = []
        """Sentences about what can't be read in it, in the state that was read last."""

    def read(self) -> tuple[NamedView, ...]:
        """Return the views, by name. What can't be read is left out, said in `warnings`, and kept in a file aside."""
        try:
            return self._read()
        except OSError as error:
            self.warnings = [f"Your named views in {self._path} can't be read: {error.strerror or error}."]
            return ()

    def _read(self) -> tuple[NamedView, ...]:
        self.warnings = []
        try:
            data = self._path.read_bytes()
        except FileNotFoundError:
            return ()
        with suppress(OSError):
            make_private(self._path)
        found, wrong = _views(data)
        if wrong:
            aside = ""
            with suppress(OSError):
                aside = f"; it is kept as {copy_aside(self._files, self._path, data).name}"
            self.warnings = [f"{self._path}: {wrong}{aside}."]
        return found

    def keep(self, view: NamedView) -> None:
        """Keep a view, in the place of one with its name.

        Raises:
            UnfitView: it has no name, or too long a one, or there are too many.
            NotSaved: the disk did not take it.
        """
        name = clean_line(view.name, NAME_LIMIT + 1)
        if not name:
            raise UnfitView("A view needs a name.")
        if len(name) > NAME_LIMIT:
            raise UnfitView(f"Keep the name under {NAME_LIMIT + 1} characters.")
        if len(view.filter) > FILTER_LIMIT:
            raise UnfitView(f"Keep the filter under {FILTER_LIMIT + 1} characters.")
        kept = NamedView(name, clean_line(view.filter, FILTER_LIMIT), view.view, view.order)

        def put(views: Sequence[NamedView]) -> list[NamedView]:
            others = [one for one in views if not _same(one.name, name)]
            if len(others) >= MOST:
                raise UnfitView(f"There are {MOST} named views already: drop one first.")
            return [*others, kept]

        self._change(put)

    def drop(self, name: str) -> None:
        """Drop the view with this name.

        Raises:
            UnfitView: there is none.
            NotSaved: the disk did not take it.
        """

        def without(views: Sequence[NamedView]) -> list[NamedView]:
            others = [one for one in views if not _same(one.name, name)]
            if len(others) == len(views):
                raise UnfitView(f"There is no view “{name[:NAME_LIMIT]}”.")
            return others

        self._change(without)

    def _change(self, change: Callable[[Sequence[NamedView]], Sequence[NamedView]]) -> None:
        try:
            with self._lock:
                # What can't be read is not written over.
                views = change(self._read())
                write_whole(self._files, self._path, [_text(views).encode()])
        except OSError as error:
            raise not_saved(self._path, error) from error


def _same(name: str, other: str) -> bool:
    return name.strip().casefold() == other.strip().casefold()


def _views(data: bytes) -> tuple[tuple[NamedView, ...], str]:
    """Return the views in a file, and what can't be read of it."""
    try:
        entries = tomllib.loads(data.decode()).get("view", [])
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        return (), f"it is damaged ({error}), so no named view is shown"
    found: dict[str, NamedView] = {}
    wrong: list[str] = []
    if not isinstance(entries, list):
        return (), "“view” is no list of views: each begins with a line [[view]]"
    for number, entry in enumerate(entries, 1):
        try:
            view = msgspec.convert(entry, NamedView)
        except msgspec.ValidationError as error:
            wrong.append(f"view {number} can't be used ({str(error).rstrip('.')})")
            continue
        name = clean_line(view.name, NAME_LIMIT)
        if name and name.casefold() not in found and len(found) < MOST:
            fit = NamedView(name, clean_line(view.filter, FILTER_LIMIT), view.view, view.order)
            found[name.casefold()] = fit
        else:
            wrong.append(f"view {number} has {'a name that another has' if name else 'no name'}")
    return tuple(found[key] for key in sorted(found)), ", ".join(wrong)


def _text(views: Sequence[NamedView]) -> str:
    parts = [_HEADER]
    for one in sorted(views, key=lambda view: view.name.casefold()):
        lines = {"name": one.name, "filter": one.filter, "view": one.view.value, "order": one.order.value}
        # A JSON string without control characters is a TOML string, too.
        parts.append("\n[[view]]\n")
        parts += (f"{key} = {json.dumps(text, ensure_ascii=False)}\n" for key, text in lines.items())
    return "".join(parts)
