"""The queue of leads, its columns, and the line in which one searches it."""
