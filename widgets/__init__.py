"""Pieces that screens are made of, each usable alone; they touch neither disk nor network."""
