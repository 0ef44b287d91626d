"""The commands about the settings."""

from tui.cli.usage import arguments as args
from tui.cli.usage.entry import Entry, Group

GROUP = Group("Look at your settings (so without WHAT too), check them, or edit them.", "WHAT", alone=True)

CONFIG: tuple[Entry, ...] = (
    Entry(
        "config show",
        "config",
        "show",
        "List every setting with its value, and the keys of every command; what you have set is marked.",
        args.nothing,
        '--json: {"file", "there": BOOL, "settings": {NAME: VALUE}, "set": [NAME], "keys": {COMMAND: [KEY]},\n'
        '         "problems": [{"line", "sentence"}]}',
    ),
    Entry(
        "config check",
        "config",
        "check",
        "Say everything that is wrong with the settings file, with its line; the exit code is 1 then.",
        args.nothing,
        '--json: {"file", "there": BOOL, "problems": [{"line", "sentence"}]}',
    ),
    Entry(
        "config edit",
        "config",
        "edit",
        "Open the settings file in your editor (VISUAL, else EDITOR), and check it before it counts.",
        args.nothing,
    ),
    Entry("config path", "config", "path", "Print where the settings file is, or would be.", args.nothing),
)
