"""Faults of the product's processes: they are killed, stopped and frozen."""

from __future__ import annotations

import time

from tests.chaos.chaos import MAX_CRASHES, Chaos
from tests.chaos.fleet import RECONCILERS, Attempt

STOP_SECONDS = 12.0  # a little more than `docker stop` gives
# The time within which an overloaded machine does what a worker sent before it was frozen.
_COMES_LATE_SECONDS = 5.0


def kill_worker(chaos: Chaos) -> None:
    """SIGKILL a worker with its group."""
    _kill(chaos, _busy_worker(chaos))


def kill_reconciler(chaos: Chaos) -> None:
    """SIGKILL a reconciler."""
    _kill(chaos, _one_of(chaos, RECONCILERS))


def kill_working_child(chaos: Chaos) -> None:
    """SIGKILL the child of a worker that does the work, but not its parent."""
    if (name := _busy_worker(chaos)) is not None:
        chaos.note(f"SIGKILL child of {name}", chaos.fleet.kill_child(name))
        _when_ended(chaos, name, time.monotonic() + STOP_SECONDS)


def stop_worker(chaos: Chaos) -> None:
    """SIGTERM a worker, as a deploy does."""
    _stop(chaos, _busy_worker(chaos))


def stop_reconciler(chaos: Chaos) -> None:
    """SIGTERM a reconciler."""
    _stop(chaos, _one_of(chaos, RECONCILERS))


def freeze_worker(chaos: Chaos) -> None:
    """SIGSTOP a worker until its leases have long expired."""
    _freeze(chaos, _busy_worker(chaos))


def freeze_reconciler(chaos: Chaos) -> None:
    """SIGSTOP a reconciler."""
    _freeze(chaos, _one_of(chaos, RECONCILERS))


def hunt(chaos: Chaos) -> None:
    """Choose a task and kill its worker at every attempt, until the task is given up."""
    name = _busy_worker(chaos)
    if name is not None and chaos.hunted is None:
        held = set(chaos.fleet.attempts_of(name)) - chaos.taken
        chaos.hunted = min(held).task if held else None
        chaos.watch = _strike


def kill_tool(chaos: Chaos) -> None:
    """SIGKILL an FFmpeg, ffprobe or sandbox, as the kernel does when memory is short."""
    deadline = time.monotonic() + 1.5
    while not (tools := chaos.fleet.tools()):
        if time.monotonic() > deadline:
            return
        time.sleep(0.02)
    tool = chaos.random.choice(tools)
    chaos.note(f"SIGKILL {tool.name} of {tool.worker}", chaos.fleet.kill_tool(tool))


def _strike(chaos: Chaos) -> None:
    task = chaos.hunted
    if task is None or chaos.hits[task] >= MAX_CRASHES:
        chaos.hunted = chaos.watch = None
        return
    found = chaos.fleet.worker_of(task)
    if found is not None and found[1] not in chaos.taken:
        _kill(chaos, found[0])


def _kill(chaos: Chaos, name: str | None) -> None:
    if name is not None:
        chaos.note(f"SIGKILL {name}", chaos.fleet.kill(name))
        _start_later(chaos, name)


def _stop(chaos: Chaos, name: str | None) -> None:
    if name is not None:
        chaos.note(f"SIGTERM {name}")
        chaos.fleet.ask_to_stop(name)
        _when_ended(chaos, name, time.monotonic() + STOP_SECONDS)


def _freeze(chaos: Chaos, name: str | None) -> None:
    if name is not None:
        chaos.fleet.freeze(name)
        seconds = chaos.lease + chaos.random.uniform(2, 8)
        held: list[Attempt] = chaos.fleet.attempts_of_stopped(name)
        chaos.note(f"SIGSTOP {name} for {seconds:.0f} s", held)
        chaos.later(_COMES_LATE_SECONDS, lambda: _look_again(chaos, name))
        chaos.later(seconds, lambda: _thaw(chaos, name))


def _look_again(chaos: Chaos, name: str) -> None:
    if chaos.fleet.states.get(name) == "frozen":
        _note_what_came_late(chaos, name)


def _thaw(chaos: Chaos, name: str) -> None:
    if chaos.fleet.states.get(name) == "frozen":
        chaos.note(f"SIGCONT {name}")
        chaos.fleet.thaw(name)


def _one_of(chaos: Chaos, names: tuple[str, ...]) -> str | None:
    there = chaos.fleet.those(names)
    # At least one process keeps working: otherwise nothing would happen for long periods.
    return chaos.random.choice(there) if len(there) > 1 else None


def _busy_worker(chaos: Chaos) -> str | None:
    """Return a worker; mostly one with a task, if one claims a task soon."""
    there = chaos.fleet.those(chaos.fleet.workers)
    if len(there) < 3:
        return None
    deadline = time.monotonic() + (1.5 if chaos.random.random() < 0.8 else 0)
    # Tasks that a killed predecessor of the same name held still appear as the worker's own.
    while not (busy := [n for n in there if set(chaos.fleet.attempts_of(n)) - chaos.taken]):
        if time.monotonic() > deadline:
            return chaos.random.choice(there)
        time.sleep(0.02)
    return chaos.random.choice(busy)


def _start_later(chaos: Chaos, name: str) -> None:
    chaos.later(chaos.random.uniform(0, 3), lambda: _start(chaos, name))


def _start(chaos: Chaos, name: str) -> None:
    if chaos.fleet.states.get(name) == "down":
        _note_what_came_late(chaos, name)
        chaos.fleet.start(name)


def _note_what_came_late(chaos: Chaos, name: str) -> None:
    """Note the tasks of a worker that is down or frozen which it did not yet hold at the fault. Its
    last claim was delayed, or it could not hand its tasks back while the database was away."""
    late = set(chaos.fleet.attempts_of(name)) - chaos.taken
    if late:
        chaos.note(f"claims of {name} came late", sorted(late))


def _when_ended(chaos: Chaos, name: str, deadline: float) -> None:
    """Start a process again once it has ended; kill it if that takes too long."""
    if chaos.fleet.states.get(name) != "ending":
        return
    if not chaos.fleet.process(name).is_running:
        chaos.fleet.process(name).kill()  # what is left of its group
        chaos.fleet.states[name] = "down"
        _start_later(chaos, name)
    elif time.monotonic() > deadline:
        chaos.note(f"SIGKILL {name}, which did not stop", chaos.fleet.kill(name))
        _start_later(chaos, name)
    else:
        chaos.later(0.1, lambda: _when_ended(chaos, name, deadline))
