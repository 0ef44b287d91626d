"""The script for fish."""

from collections.abc import Iterator

from tui.completing.uses import Option, Use, Value, heads, tails, uses

_HEAD = """\
# Completions of handoff for fish. Written by “handoff completion fish”.
function __handoff_first
    test (count (commandline -opc)) -eq 1
end

function __handoff_in
    set -l typed (commandline -opc)
    test (count $typed) -gt (count $argv); or return 1
    for number in (seq (count $argv))
        set -l at (math $number + 1)
        test "$typed[$at]" = "$argv[$number]"; or return 1
    end
end

function __handoff_second
    __handoff_in $argv; and test (count (commandline -opc)) -eq 2
end

function __handoff_asked
    set -l typed (commandline -opc)
    command $typed[1] __complete $argv[1] (commandline -ct) 2>/dev/null
end

complete -c handoff -f
"""


def script() -> str:
    """Return the script."""
    return _HEAD + "".join(f"{line}\n" for line in _lines())


def _lines() -> Iterator[str]:
    for head, about in heads().items():
        yield f"complete -c handoff -n __handoff_first -a {head} -d {quoted(about)}"
    yield "complete -c handoff -n __handoff_first -l version -s V -d 'print the version and stop'"
    yield "complete -c handoff -n __handoff_first -l help -s h -d help"
    for use in uses():
        head, _, tail = use.name.partition(" ")
        if tail and use.name == f"{head} {next(iter(tails(head)))}":
            for word, about in tails(head).items():
                yield f"complete -c handoff -n '__handoff_second {head}' -a {word} -d {quoted(about)}"
        yield from _use(use)


def _use(use: Use) -> Iterator[str]:
    start = f"complete -c handoff -n '__handoff_in {use.name}'"
    for option in use.options:
        yield f"{start} {_option(option)}"
    place = use.place
    if place.kind == "file":
        yield f"{start} -F"
    elif offered := _offered(place):
        yield f"{start} -a {offered}"


def _option(option: Option) -> str:
    names = [f"-l {flag[2:]}" if flag.startswith("--") else f"-s {flag[1:]}" for flag in option.flags]
    parts = [*names, f"-d {quoted(option.help)}"]
    if option.value is not None:
        offered = _offered(option.value)
        parts.append("-r -F" if option.value.kind == "file" else f"-x -a {offered}" if offered else "-x")
    return " ".join(parts)


def _offered(value: Value) -> str:
    asked = f"(__handoff_asked {value.kind})" if value.kind else ""
    both = " ".join([*value.words, asked]).strip()
    return quoted(both) if both else ""


def quoted(text: str) -> str:
    """Return a text as one word of fish's."""
    return "'" + text.replace("%%", "%").replace("\\", "\\\\").replace("'", "\\'") + "'"
