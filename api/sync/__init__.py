"""Keeping one profile in step with its CRM: pull, push, live, and patience with lines that break."""

from api.sync.sync import Report, Sync, WrongPerson

__all__ = ["Report", "Sync", "WrongPerson"]
