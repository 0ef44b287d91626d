"""Doing something to leads: reasons and their answers, saving it as one act, and what became of each."""
