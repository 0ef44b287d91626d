"""Pure functions that client and server share: what a verb does, what is due, what a lead meets."""
