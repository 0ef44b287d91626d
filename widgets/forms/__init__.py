"""Picking a reason, and answering what it asks for."""
