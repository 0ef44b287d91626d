"""This machine's disk, through TinyDB: the mirror (what the CRM last said) and the outbox (what we still owe it)."""
