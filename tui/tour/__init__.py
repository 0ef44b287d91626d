"""A minute's tour: one thing to do at a time, and on to the next once it was done."""
