"""The settings of a person, in ``config.toml`` in the profile's folder; all of them have a default."""

from tui.settings.fields import Settings
from tui.settings.reading import FILE_NAME, Loaded, Problem, load, load_file

__all__ = ["FILE_NAME", "Loaded", "Problem", "Settings", "load", "load_file"]
