"""Named views on the disk: for people to read, for two windows to write, and never in the way when damaged."""

import errno
import threading
import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.local.errors import NotSaved
from api.local.views import FILTER_LIMIT, MOST, NAME_LIMIT, UnfitView, Views
from api.model.text import clean_line
from api.rules.queue import NamedView, Order, View
from tests.local.conftest import FaultyFiles

HOT = NamedView("Hot webinars", 'campaign:webinar fit:>60 "two words"', View.TEAM, Order.SCORE)
NAMES = st.text(min_size=1, max_size=NAME_LIMIT).filter(lambda name: clean_line(name) != "")
VIEWS = st.builds(NamedView, NAMES, st.text(max_size=60), st.sampled_from(View), st.sampled_from(Order))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "views.toml"


def test_what_is_kept_is_there_again_and_can_be_read_by_people(path: Path) -> None:
    Views(path).keep(HOT)
    assert Views(path).read() == (HOT,)
    (entry,) = tomllib.loads(path.read_text())["view"]
    assert entry == {"name": HOT.name, "filter": HOT.filter, "view": "team", "order": "score"}
    assert path.stat().st_mode & 0o077 == 0


def test_a_name_stands_for_one_view_whatever_its_case(path: Path) -> None:
    views = Views(path)
    views.keep(HOT)
    views.keep(NamedView("  HOT webinars ", "ana"))
    assert [(one.name, one.filter) for one in views.read()] == [("HOT webinars", "ana")]
    views.drop("hot Webinars")
    assert views.read() == ()
    with pytest.raises(UnfitView, match="no view"):
        views.drop("hot webinars")


def test_what_cannot_be_kept_is_said_and_leaves_the_others(path: Path) -> None:
    views = Views(path)
    for number in range(MOST):
        views.keep(NamedView(f"view {number}"))
    for view in (HOT, NamedView(" "), NamedView("x" * (NAME_LIMIT + 1)), NamedView("x", "y" * (FILTER_LIMIT + 1))):
        with pytest.raises(UnfitView):
            views.keep(view)
    views.keep(NamedView("VIEW 7", "ana"))
    assert len(views.read()) == MOST


@settings(max_examples=60, deadline=None)
@given(kept=st.lists(VIEWS, max_size=6))
def test_whatever_is_typed_comes_back_as_one_harmless_line(
    tmp_path_factory: pytest.TempPathFactory, kept: list[NamedView]
) -> None:
    views = Views(tmp_path_factory.mktemp("views") / "views.toml")
    expected: dict[str, NamedView] = {}
    for view in kept:
        views.keep(view)
        clean = NamedView(clean_line(view.name), clean_line(view.filter), view.view, view.order)
        expected[clean.name.casefold()] = clean
    assert {one.name.casefold(): one for one in views.read()} == expected
    assert views.warnings == []


@pytest.mark.parametrize(
    ("text", "names", "says"),
    [
        ("[[view]\nname = 1", [], "damaged"),
        ("view = 3", [], "no list"),
        ("\xff\xfe", [], "damaged"),
        ('[[view]]\nname = "a"\norder = "sideways"\n[[view]]\nname = "b"', ["b"], "view 1"),
        ('[[view]]\nname = "a"\n[[view]]\nname = "A"', ["a"], "another has"),
        ('[[view]]\nfilter = "a"\n[[view]]\nname = ""', [], "view 2 has no name"),
    ],
)
def test_what_is_damaged_is_said_kept_aside_and_in_nobodys_way(
    path: Path, text: str, names: list[str], says: str
) -> None:
    data = text.encode("latin-1")
    path.write_bytes(data)
    views = Views(path)
    assert [one.name for one in views.read()] == names
    (sentence,) = views.warnings
    assert says in sentence
    (aside,) = path.parent.glob("views.toml.damaged-*")
    assert aside.name in sentence
    views.keep(HOT)
    assert sorted(one.name for one in views.read()) == sorted([*names, HOT.name])
    assert aside.read_bytes() == data
    assert views.warnings == []


def test_a_disk_that_does_not_take_it_leaves_what_was_there(path: Path) -> None:
    Views(path).keep(HOT)
    for call in range(1, 4):
        with pytest.raises(NotSaved):
            Views(path, files=FaultyFiles(fail_at=call)).keep(NamedView("other"))
        assert Views(path).read() == (HOT,)


def test_what_cannot_be_read_now_is_not_written_over(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    views = Views(path)
    views.keep(HOT)
    with monkeypatch.context() as patch:
        patch.setattr(Path, "read_bytes", _broken)
        with pytest.raises(NotSaved):
            views.keep(NamedView("other"))
        assert views.read() == ()
        assert "can't be read" in views.warnings[0]
    assert views.read() == (HOT,)


def _broken(_path: Path) -> bytes:
    raise OSError(errno.EIO, "Input/output error")


def test_two_windows_that_keep_views_at_once_lose_none(path: Path) -> None:
    def keep(window: int) -> None:
        views = Views(path)
        for number in range(8):
            views.keep(NamedView(f"{window}-{number}"))

    threads = [threading.Thread(target=keep, args=(window,)) for window in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(Views(path).read()) == 24
