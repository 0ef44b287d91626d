"""The root of every error that Handoff itself raises."""


class HandoffError(Exception):
    """Something a person can act on; its text is one clear sentence and never carries a secret."""

    @property
    def sentence(self) -> str:
        """What happened and what to do, in words for the person at the keyboard."""
        return str(self)
