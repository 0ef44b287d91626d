"""The settings file: all optional; every mistake is named with its line, and keeps nothing else from counting."""

from pathlib import Path

import pytest
from msgspec.structs import replace
from textual.keys import _character_to_key

from tui.commands import COMMANDS, commands_in, key_words
from tui.settings import Settings, load
from tui.settings.keeping import NotKept, keep, with_setting
from tui.settings.key_names import NotAKey, key_named, written
from tui.settings.keymap import AREAS, Keymap, clashes
from tui.settings.reading import Problem, read
from tui.settings.template import template
from tui.settings.told import settings_told


def test_without_a_file_the_defaults_hold(tmp_path: Path) -> None:
    loaded = load(tmp_path)
    assert (loaded.settings, loaded.problems, loaded.there, loaded.sentence) == (Settings(), (), False, "")


def test_settings_are_read(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text('# mine\ntheme = "light"\nwait = 5\n[keys]\ntriage.jump = "h"\n')
    loaded = load(tmp_path)
    assert loaded.settings == Settings(theme="light", wait=5.0, keys={"triage.jump": ("h",)})
    assert loaded.there
    assert not loaded.problems


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_bytes(b'\xef\xbb\xbftheme = "dark"\n')
    assert load(tmp_path).settings.theme == "dark"


@pytest.mark.parametrize(
    ("content", "line", "word"),
    [
        (b'theme = "dark"\nwait = \n', 2, "nothing in the file can be used"),
        (b'theme = "dark', 1, "nothing in the file can be used"),
        (b"\n\ntheem = 1\n", 3, "did you mean “theme”?"),
        (b'theme = "pink"\n', 1, "dark, light, dark-contrast, light-contrast, terminal"),
        (b"# wait here\nwait = -1\n", 2, "wait is a number from 0 to 3600"),
        (b"wait = true\n", 1, "wait"),
        (b"wait = nan\n", 1, "wait"),
        (b'wait = "long"\n', 1, "wait"),
        (b"notify_minutes = 1.5\n", 1, "a whole number from 1 to 1440"),
        (b'guard = "yes"\n', 1, "true or false"),
        (b'notify = "loud"\n', 1, "off, bell, osc9"),
        (b"wait = 1\nwait = 2\n", 2, "nothing in the file can be used"),
        (b"\n[colours]\na = 1\n", 2, "colours"),
        (b'\ntheme = "\xff"\n', 2, "UTF-8"),
        (b'keys = "x"\n', 1, "a table of commands"),
    ],
)
def test_a_mistake_is_named_with_its_line_and_its_default_holds(
    tmp_path: Path, content: bytes, line: int, word: str
) -> None:
    (tmp_path / "config.toml").write_bytes(content)
    loaded = load(tmp_path)
    (problem,) = loaded.problems
    assert problem.line == line
    assert word in problem.sentence
    assert loaded.settings in (Settings(), Settings(theme="dark"))
    assert f"config.toml, line {line}: " in loaded.sentence


def test_all_mistakes_are_told_at_once_and_what_is_right_counts() -> None:
    settings, found = read('wiat = 3\ntheme = "light"\nguard = 0\n[keys]\ntriage.accpet = "y"\ntriage.jump = "h"\n')
    assert [one.line for one in found] == [1, 3, 5]
    assert settings == Settings(theme="light", keys={"triage.jump": ("h",)})


def test_one_line_says_the_first_and_how_many_more(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text("a = 1\nb = 2\nc = 3\n")
    assert load(tmp_path).sentence.endswith("(2 more: handoff config check)")


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ('triage.accpet = "h"', "2: there is no command “triage.accpet”; did you mean “triage.accept”?"),
        ('accept = "h"', "2: there is no command “accept”; did you mean “triage.accept”?"),
        ('triage.jump = "pagdown"', "2: triage.jump: “pagdown” is no key; did you mean “pagedown”?"),
        ('triage.jump = "esc"', "2: triage.jump: “esc” can’t be given away: Escape always gets out."),
        ('triage.jump = "ctrl+c"', "2: triage.jump: “ctrl+c” can’t be given away: ctrl+c always quits"),
        ('triage.jump = "ctrl+i"', "2: triage.jump: “ctrl+i” can’t be told from tab in a terminal."),
        ("triage.jump = 3", "2: triage.jump takes a key such as “x”, or a list of keys."),
        ('triage.accept = "u"', "2: triage.undo and triage.accept both want “u”."),
        ('triage.accept = "s"', "2: app.sync and triage.accept both want “s”."),
        ('triage.jump = "h"\ntriage.find = "h"', "3: triage.jump and triage.find both want “h”."),
        ('app.sync = "l"', "2: triage.attempt and app.sync both want “l”."),
    ],
)
def test_keys_that_can_not_be_given_say_why_and_change_nothing(keys: str, said: str) -> None:
    settings, found = read(f"[keys]\n{keys}\n")
    assert any(f"{one.line}: {one.sentence}".startswith(said) for one in found), found
    assert settings.keys == {}


def test_keys_are_swapped_by_naming_both() -> None:
    settings, found = read('[keys]\ntriage.accept = "u"\n"triage.undo" = ["a", "F5"]\n[keys.sync]\nundo = "x"\n')
    assert not found
    assert settings.keys == {"triage.accept": ("u",), "triage.undo": ("a", "f5"), "sync.undo": ("x",)}


def test_half_a_swap_that_fails_takes_the_other_half_along() -> None:
    settings, found = read('[keys]\ntriage.accept = "u"\ntriage.undo = "nokey"\n')
    assert settings.keys == {}
    assert [one.line for one in found] == [2, 3]


def test_escape_stays_where_it_is_and_a_command_may_have_no_key() -> None:
    settings, _ = read('[keys]\nsync.back = "b"\ntriage.suppress = []\n')
    keymap = Keymap(settings.keys)
    assert {one.id: keymap.keys(one) for one in COMMANDS if one.id in settings.keys} == {
        "sync.back": ("b", "escape"),
        "triage.suppress": (),
    }
    assert keymap.hint("triage.suppress", "stops") == ""
    assert keymap.hint("sync.back", "goes back") == "b goes back"


@pytest.mark.parametrize("character", [chr(code) for code in range(33, 127)] + ["é", "ß", "–"])
def test_every_character_is_named_as_the_terminal_s_keys_are(character: str) -> None:
    assert key_named(character) == _character_to_key(character)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("^d", "ctrl+d"),
        ("Ctrl+D", "ctrl+d"),
        ("PgDn", "pagedown"),
        ("shift+a", "A"),
        ("Shift+Tab", "shift+tab"),
        ("question_mark", "question_mark"),
        ("ctrl++", "ctrl+plus"),
        ("+", "plus"),
        ("space", "space"),
        (" ", "space"),
        ("F12", "f12"),
    ],
)
def test_keys_may_be_written_as_people_do(text: str, key: str) -> None:
    assert key_named(text) == key


@pytest.mark.parametrize("text", ["", "\x07", "ctrl+", "ctrl+nokey", "super+x", "ab", "++x"])
def test_what_is_no_key_is_refused(text: str) -> None:
    with pytest.raises(NotAKey):
        key_named(text)


@pytest.mark.parametrize("area", AREAS)
def test_every_key_of_the_registry_can_be_written_in_the_settings(area: str) -> None:
    for one in commands_in(area):
        for key in one.keys:
            if key != "escape":
                assert key_named(written(key)) == key


def test_the_registry_itself_has_no_clash() -> None:
    assert list(clashes(Keymap())) == []


def test_the_file_that_is_offered_says_every_default_and_is_right() -> None:
    lines = template().splitlines()
    counted = [line[2:] if line.startswith(("# [", "# triage.", "# sync.", "# app.")) else line for line in lines]
    names = tuple(f"# {one.name} = " for one in settings_told())
    counted = [line[2:] if line.startswith(names) else line for line in counted]
    settings, found = read("\n".join(counted))
    assert not found
    assert without_keys(settings) == without_keys(Settings())
    assert [Keymap(settings.keys).keys(one) for one in COMMANDS] == [one.keys for one in COMMANDS]
    assert read(template()) == (Settings(), [])


def without_keys(settings: Settings) -> Settings:
    return replace(settings, keys={})


def test_own_keys_are_shown_as_people_write_them() -> None:
    keys = [key_named(text) for text in (".", "f5", "ctrl+]", "alt+x", "pgdn", "ctrl+space", "insert")]
    assert [key_words(key) for key in keys] == [".", "F5", "^]", "alt+x", "PgDn", "^Space", "insert"]


def test_every_setting_says_what_it_means() -> None:
    assert [one.name for one in settings_told()] == [name for name in Settings.__struct_fields__ if name != "keys"]
    assert all(one.words.endswith(".") and one.wants for one in settings_told())


def test_a_problem_says_file_and_line() -> None:
    assert Problem(3, "x.").said(Path("c.toml")) == "c.toml, line 3: x."
    assert Problem(0, "x.").said(Path("c.toml")) == "c.toml: x."


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", 'theme = "light"\n'),
        ("wait = 1\n", 'wait = 1\ntheme = "light"\n'),
        ('# mine\ntheme = "dark"  # calm\nwait = 1\n', '# mine\ntheme = "light"  # calm\nwait = 1\n'),
        ('wait = 1\n\n[keys]\ntriage.jump = "h"', 'wait = 1\ntheme = "light"\n\n[keys]\ntriage.jump = "h"\n'),
        ('[keys]\ntriage.jump = "h"\n', 'theme = "light"\n[keys]\ntriage.jump = "h"\n'),
    ],
)
def test_one_setting_is_written_and_the_rest_stays_as_it_was(before: str, after: str) -> None:
    assert with_setting(before, "theme", "light") == after
    assert read(after)[0].theme == "light"


def test_a_file_that_can_not_be_read_is_not_written_over(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text("wait = \n")
    with pytest.raises(NotKept, match="line 1"):
        keep(path, "theme", "light")
    assert path.read_text() == "wait = \n"
