"""The program's screens."""
