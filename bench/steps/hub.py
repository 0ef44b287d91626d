"""What the hub and the line to it can do, measured at `bench.at_the_hub`."""

from collections.abc import Iterator

from bench import at_the_hub
from bench.scene import BUSY, Scene
from bench.table import Figure


def first_pull(scene: Scene) -> Iterator[Figure]:
    """The command that joins a hub and pulls everything."""
    yield from at_the_hub.first_pull(scene.folder, scene.hub(scene.middle), scene.middle)
    if scene.most > BUSY:
        scene.home(scene.most)
        yield Figure(
            what=f"first pull of {scene.most:,} leads (whole command)",
            value=scene.first_pulls[scene.most] * 1_000,
            bar=15_000,
            bar_on="value",
            spread="n=1",
        )


def decisions(scene: Scene) -> Iterator[Figure]:
    """Decisions that the hub takes in a second."""
    yield from at_the_hub.decisions(scene.hub(scene.middle))


def seen_elsewhere(scene: Scene) -> Iterator[Figure]:
    """From a decision to another terminal having pulled it."""
    yield from at_the_hub.seen_elsewhere(scene.hub(scene.middle))


def pages(scene: Scene) -> Iterator[Figure]:
    """Pages of changes from a hub with a million leads."""
    yield from at_the_hub.pages_at(scene.folder / "million")
