"""The command line: everything the screens do, for scripts and for people who would rather type; loads no Textual."""
