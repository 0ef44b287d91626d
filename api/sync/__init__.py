"""Keeping one profile in step with its CRM: pull, push, live, and patience with lines that break."""

from api.sync.exchange import WrongPerson
from api.sync.report import Report
from api.sync.sync import Sync

__all__ = ["Report", "Sync", "WrongPerson"]
