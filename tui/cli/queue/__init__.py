"""The queue on the command line: its views, its columns, finding leads by what was typed, and what happens in it."""
