"""The real program against the real hub through a line that fails, killed at random instants, a thousand times."""
