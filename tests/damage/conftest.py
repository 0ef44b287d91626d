"""A rep with leads on a train."""

from tests.on_a_train import filled, own_hub, train

__all__ = ["filled", "own_hub", "train"]
