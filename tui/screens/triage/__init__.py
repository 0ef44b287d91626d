"""Triage: the live queue at the left, the lead to decide on at the right.

`screen` puts the parts together: `finding` filters as one types, `viewing` picks view and order, `choosing` marks leads
for one act on all of them, `moving` is the cursor, `reading` the lead beside it, `reaching` copies and opens, `hearing`
takes in what changed. What the rows say besides themselves is in `rows`, what views are called in `wording`.
"""

from tui.screens.triage.screen import TriageScreen

__all__ = ["TriageScreen"]
