"""The script for zsh."""

from collections.abc import Iterator, Mapping

from tui.completing.uses import Option, Use, Value, heads, tails, uses

_HEAD = """\
#compdef handoff
# Completions of handoff for zsh. Written by “handoff completion zsh”.

_handoff_asked() {
    local -a found
    local value about
    while IFS=$'\\t' read -r value about; do
        [[ -n $value ]] && found+=("${value//:/\\\\:}:$about")
    done < <("${words[1]}" __complete "$1" "$PREFIX" 2>/dev/null)
    _describe "$1" found "${@:2}"
}

_handoff() {
    local -a commands options offered
    local first="${words[2]}" second="${words[3]}" prev="${words[CURRENT-1]}" kind='' place=''
"""

_TAIL = """\
    esac
    [[ -z $kind && $PREFIX == -* ]] && { _describe option options; return; }
    case "${kind:-$place}" in
        '' | none) return 1 ;;
        file) _files ;;
        words) compadd -- $offered ;;
        *)
            (($#offered)) && compadd -- $offered
            _handoff_asked "${kind:-$place}"
            ;;
    esac
}

if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
    _handoff "$@"
else
    compdef _handoff handoff
fi
"""


def script() -> str:
    """Return the script."""
    return _HEAD + "".join(f"{line}\n" for line in _cases()) + _TAIL


def _cases() -> Iterator[str]:
    yield "    if ((CURRENT == 2)); then"
    yield from _list("commands", heads(), "        ")
    yield "        if [[ $PREFIX == -* ]]; then compadd -- --version --help; else _describe command commands; fi"
    yield "        return"
    yield "    fi"
    yield '    case "$first" in'
    for head in heads():
        found = [use for use in uses() if use.name.partition(" ")[0] == head]
        yield f"        {head})"
        if found[0].name == head:
            yield from _use(found[0], "            ")
        else:
            yield from _group(head, found)
        yield "            ;;"


def _group(head: str, found: list[Use]) -> Iterator[str]:
    yield "            if ((CURRENT == 3)); then"
    yield from _list("commands", tails(head), "                ")
    yield "                _describe command commands"
    yield "                return"
    yield "            fi"
    yield '            case "$second" in'
    for use in found:
        yield f"                {use.name.partition(' ')[2]})"
        yield from _use(use, "                    ")
        yield "                    ;;"
    yield "            esac"


def _use(use: Use, space: str) -> Iterator[str]:
    yield from _list("options", {flag: one.help for one in use.options for flag in one.flags}, space)
    yield from _kind("place", use.place, space)
    takes: list[tuple[str, Option]] = [
        (flag, option) for option in use.options if option.value is not None for flag in option.flags
    ]
    if takes:
        yield f'{space}case "$prev" in'
        for flag, option in takes:
            yield f"{space}    {flag})"
            if option.value is not None:
                yield from _kind("kind", option.value, f"{space}        ")
            yield f"{space}        ;;"
        yield f"{space}esac"


def _kind(name: str, value: Value, space: str) -> Iterator[str]:
    yield f"{space}{name}={value.kind or ('words' if value.words else 'none')}"
    yield f"{space}offered=({' '.join(quoted(word) for word in value.words)})"


def _list(name: str, words: Mapping[str, str], space: str) -> Iterator[str]:
    yield f"{space}{name}=("
    for word, about in words.items():
        yield f"{space}    {quoted(word.replace(':', chr(92) + ':') + ':' + about.replace('%%', '%'))}"
    yield f"{space})"


def quoted(text: str) -> str:
    """Return a text as one word of zsh's."""
    return "'" + text.replace("'", "'\\''") + "'"
