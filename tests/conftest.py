"""What holds for every test."""

import os


def pytest_configure() -> None:
    """Let the many programs that tests start find themselves compiled, which is a fifth of what starting them costs."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
