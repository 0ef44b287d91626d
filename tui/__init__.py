"""The terminal program: its commands, keys, screens and command line."""
