"""The lead's card, and each of its sections."""
