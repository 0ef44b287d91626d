"""Entry point of the program; imports almost nothing, so that small answers come at once."""

import sys
from collections.abc import Sequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tui.cli.output import Output


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command that `argv` (by default the process's own arguments) names; return the exit code.

    0 done, 1 failed, 2 wrong use, 3 saved but not yet sent, 4 conflict or refused, 130 interrupted, 141 reader gone.
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
    _have_streams()
    try:
        if arguments in (["--version"], ["-V"]):
            return _version()
        return _guarded(arguments)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        return _closed()
    except OSError as error:
        return _unwritten(error)


def _have_streams() -> None:
    """Stand in for a stdout or stderr that was closed before we began, which Python leaves out."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            import os

            setattr(sys, name, open(os.devnull, "w"))  # noqa: SIM115, PTH123


def _version() -> int:
    from api import __version__

    sys.stdout.write(f"handoff {__version__}\n")
    sys.stdout.flush()
    return 0


def _guarded(arguments: list[str]) -> int:
    """Run a command; whatever goes wrong becomes one sentence and an exit code."""
    from api.errors import HandoffError
    from tui.cli.output import Output, Unwritten

    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    output = Output(as_json="--json" in arguments)
    debug = "--debug" in arguments
    try:
        code = _dispatch(arguments, output)
    except KeyboardInterrupt:
        output.note("Stopped.")
        return 130
    except (BrokenPipeError, Unwritten):
        raise
    except HandoffError as error:
        if debug:
            _traceback(error)
        code = output.failure(error.sentence, getattr(error, "exit_code", 1))
    # Nothing may reach the person as a traceback; it goes to a log file instead.
    except Exception as error:  # noqa: BLE001
        from tui.cli.crash import sentence_for

        if debug:
            _traceback(error)
        code = output.failure(sentence_for(error), 1)
    output.flush()
    return code


def _dispatch(arguments: list[str], output: "Output") -> int:
    if not arguments or arguments == ["--debug"]:
        from tui.cli.commands.opening import open_program

        return open_program(output)
    if arguments[0] == "__complete":
        from tui.cli.commands.completing import answer

        return answer(arguments[1:], output)
    from importlib import import_module

    from tui.cli.usage.parser import parse

    options = parse(arguments)
    if options is None:
        return 0
    run = getattr(import_module(f"tui.cli.commands.{options.module}"), options.function)
    return int(run(options, output))


def _traceback(error: BaseException) -> None:
    from tui.cli.crash import traceback_text

    sys.stderr.write(traceback_text(error))


def _closed() -> int:
    """End quietly when the reader of a pipe has gone, as other programs do."""
    _let_go()
    return 141


def _unwritten(error: OSError) -> int:
    """Say that what stdout was to carry did not get there, e.g. onto a full disk."""
    _let_go()
    sys.stderr.write(f"handoff: The output could not be written: {error.strerror or 'the system refused'}.\n")
    return 1


def _let_go() -> None:
    """Point stdout nowhere, so that the interpreter does not fail again on what it could not write."""
    import os

    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, sys.stdout.fileno())
    except (OSError, ValueError):
        # A stdout without a descriptor has nothing left to flush at exit.
        pass
    finally:
        os.close(nowhere)


if __name__ == "__main__":
    sys.exit(main())
