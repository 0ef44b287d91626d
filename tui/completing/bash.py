"""The script for bash; needs nothing but bash itself."""

from collections.abc import Iterator

from tui.completing.uses import Use, Value, heads, tails, uses

_HEAD = """\
# Completions of handoff for bash. Written by “handoff completion bash”.
_handoff() {
    local cur prev first second value about kind='' place='' options='' number
    # Words are taken as they are typed, since bash parts them at colons too.
    local -a typed
    read -ra typed <<<"${COMP_LINE:0:COMP_POINT}"
    case "${COMP_LINE:0:COMP_POINT}" in *[[:space:]]) typed+=('') ;; esac
    number=${#typed[@]}
    cur=${typed[number - 1]} prev=${typed[number - 2]} first='' second=''
    COMPREPLY=()
    if ((number == 2)); then
        case $cur in
            -*) options='--version --help' ;;
            *) options=$_handoff_commands ;;
        esac
        _handoff_words "$options"
        return
    fi
    first=${typed[1]}
    ((number > 3)) && second=${typed[2]}
"""

_TAIL = """\
    esac
    if [[ -n $kind ]]; then
        _handoff_kind "$kind"
    elif [[ $cur == -* ]]; then
        _handoff_words "$options"
    else
        _handoff_kind "$place"
    fi
}

_handoff_words() {
    local word
    for word in $1; do
        [[ $word == "$cur"* ]] && COMPREPLY+=("$word")
    done
    _handoff_colons
}

# A kind is “words:” with words, “file”, “none”, or what the profile is asked for, alone or with words before it.
_handoff_kind() {
    case $1 in
        '' | none) ;;
        file)
            compopt -o filenames 2>/dev/null
            while IFS= read -r value; do COMPREPLY+=("$value"); done < <(compgen -f -- "$cur")
            ;;
        *)
            local asked=${1%%:*} words=''
            [[ $1 == *:* ]] && words=${1#*:}
            _handoff_words "$words"
            [[ $asked == words ]] && return
            # What is kept is never taken for anything but a word, whatever it holds.
            while IFS=$'\\t' read -r value about; do
                [[ -n $value ]] && COMPREPLY+=("$(printf %q "$value")")
            done < <("${COMP_WORDS[0]}" __complete "$asked" "$cur" 2>/dev/null)
            _handoff_colons
            ;;
    esac
}

# Bash puts in only what stands behind the last colon.
_handoff_colons() {
    local number
    [[ $cur == *:* && $COMP_WORDBREAKS == *:* ]] || return 0
    for number in "${!COMPREPLY[@]}"; do
        COMPREPLY[number]=${COMPREPLY[number]#"${cur%"${cur##*:}"}"}
    done
}

complete -F _handoff handoff
"""


def script() -> str:
    """Return the script."""
    lines = [_HEAD, *(f"{line}\n" for line in _cases()), _TAIL]
    return "".join(lines).replace("$_handoff_commands", f"'{' '.join(heads())}'")


def _cases() -> Iterator[str]:
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
    yield "            if ((number == 3)); then"
    yield f"                place='words:{' '.join(tails(head))}'"
    yield "                options='--help'"
    yield "            fi"
    yield '            case "$second" in'
    for use in found:
        yield f"                {use.name.partition(' ')[2]})"
        yield from _use(use, "                    ")
        yield "                    ;;"
    yield "            esac"


def _use(use: Use, space: str) -> Iterator[str]:
    flags = [flag for option in use.options for flag in option.flags if flag.startswith("--")]
    yield f"{space}options='{' '.join(flags)}'"
    yield f"{space}place='{_kind(use.place)}'"
    takes = {flag: option.value for option in use.options if option.value is not None for flag in option.flags}
    if takes:
        yield f'{space}case "$prev" in'
        for flag, value in takes.items():
            yield f"{space}    {flag}) kind='{_kind(value) or 'none'}' ;;"
        yield f"{space}esac"


def _kind(value: Value) -> str:
    if value.words:
        return f"{value.kind or 'words'}:{' '.join(value.words)}"
    return value.kind
