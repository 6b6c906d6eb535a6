"""The disk of one machine of workers, full for a while."""

from __future__ import annotations

from tests.chaos.chaos import Chaos


def fill(chaos: Chaos) -> None:
    """Leave no room on the small disk for a while, if there is one."""
    disk = chaos.fleet.small_disk
    if disk is None or disk.is_full:
        return
    seconds = chaos.random.uniform(4, 10)
    chaos.note(f"the disk of {', '.join(chaos.fleet.on_small_disk)} is full for {seconds:.1f} s")
    disk.fill()
    chaos.later(seconds, disk.make_room)
