"""Completions for shells, made of the commands as they are; what only the profile knows is asked for."""
