"""Everything Handoff does without a screen: the field's words, the rules, the disk, the sync, the server."""

__version__ = "0.1.0"
