"""The faults and who deals them: a shuffled deck from a seed, every deal written down."""

from __future__ import annotations

import random
import signal
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.chaos.fleet import RECONCILERS, WORKERS, Attempt, Fleet

MAX_CRASHES = 3
STOP_SECONDS = 12.0  # what `docker stop` would give, and a little

Action = Callable[[], None]


@dataclass(frozen=True)
class Fault:
    """What was done, when (seconds from the start), and the attempts it took from a worker."""

    at: float
    what: str
    attempts: tuple[Attempt, ...] = ()

    def __str__(self) -> str:
        tasks = ", ".join(attempt.task for attempt in self.attempts)
        took = f"  took {tasks}" if tasks else ""
        return f"{self.at:7.2f}  {self.what}{took}"


@dataclass
class Chaos:
    """Deals faults until told to stop. ``lease`` is how long the product's leases last (s).

    Who ``hunts`` kills every worker that takes a certain task, until the product gives it up.
    """

    fleet: Fleet
    seed: int
    lease: float
    hunts: bool = False
    every: tuple[float, float] = (0.8, 2.5)
    log: list[Fault] = field(default_factory=list)
    died: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)
        self._began = time.monotonic()
        self._due: list[tuple[float, Action]] = []
        self._deck: list[Action] = []
        self._hunted: str | None = None
        self._cards: list[tuple[Action, int]] = [
            (self.kill_worker, 4),
            (self.kill_working_child, 1),
            (self.stop_worker, 3),
            (self.freeze_worker, 2),
            (self.kill_reconciler, 1),
            (self.stop_reconciler, 1),
            (self.freeze_reconciler, 1),
            (self.kill_redis, 1),
            (self.flush_redis, 2),
            (self.restart_postgres, 1),
            (self.crash_postgres, 1),
            (self.storm, 2),
            (self.lose_storage, 1),
            (self.hunt, 1 if self.hunts else 0),
        ]

    @property
    def hits(self) -> Counter[str]:
        """How many attempts at each task were taken from a worker that was killed or frozen."""
        return Counter(attempt.task for attempt in self._taken)

    @property
    def _taken(self) -> set[Attempt]:
        return {attempt for fault in self.log for attempt in fault.attempts}

    def rage(self, seconds: float) -> None:
        """Deal faults for so long."""
        until = time.monotonic() + seconds
        following = 0.0
        while (now := time.monotonic()) < until:
            if now >= following:
                self._draw()()
                following = time.monotonic() + self._random.uniform(*self.every)
            self.tick()

    def tick(self) -> None:
        """Do what is due: restarts and thaws; notice who ended without being told to."""
        now = time.monotonic()
        due = [action for at, action in self._due if at <= now]
        self._due = [(at, action) for at, action in self._due if at > now]
        for action in due:
            action()
        for name in self.fleet.those((*WORKERS, *RECONCILERS)):
            if not self.fleet.process(name).is_running:
                self.died.append(f"{name} at {now - self._began:.1f}")
                self.fleet.start(name)
        if self._hunted is not None:
            self._strike(self._hunted)
        time.sleep(0.05)

    def calm(self) -> None:
        """No further faults; whatever is down comes up, whatever is frozen wakes."""
        self.fleet.storage.fail(0)
        while self._due or self.fleet.those((*WORKERS, *RECONCILERS), "ending"):
            self._due = [(0.0, action) for _, action in self._due]
            self.tick()

    # Workers and reconcilers

    def kill_worker(self) -> None:
        self._kill(self._busy_worker())

    def kill_reconciler(self) -> None:
        self._kill(self._one_of(RECONCILERS))

    def _kill(self, name: str | None) -> None:
        if name is not None:
            self._note(f"SIGKILL {name}", self.fleet.kill(name))
            self._start_later(name)

    def kill_working_child(self) -> None:
        if (name := self._busy_worker()) is not None:
            self._note(f"SIGKILL child of {name}", self.fleet.kill_child(name))
            self._when_ended(name, time.monotonic() + STOP_SECONDS)

    def stop_worker(self) -> None:
        self._stop(self._busy_worker())

    def stop_reconciler(self) -> None:
        self._stop(self._one_of(RECONCILERS))

    def _stop(self, name: str | None) -> None:
        if name is not None:
            self._note(f"SIGTERM {name}")
            self.fleet.ask_to_stop(name)
            self._when_ended(name, time.monotonic() + STOP_SECONDS)

    def freeze_worker(self) -> None:
        self._freeze(self._busy_worker())

    def freeze_reconciler(self) -> None:
        self._freeze(self._one_of(RECONCILERS))

    def _freeze(self, name: str | None) -> None:
        if name is not None:
            self.fleet.freeze(name)
            seconds = self.lease + self._random.uniform(2, 8)
            held = self.fleet.attempts_of(name)
            self._note(f"SIGSTOP {name} for {seconds:.0f} s", held)
            self._later(seconds, lambda: self._thaw(name))

    def _thaw(self, name: str) -> None:
        self._note(f"SIGCONT {name}")
        self.fleet.thaw(name)

    def hunt(self) -> None:
        """Choose a task whose workers are killed, every time, until it is given up."""
        name = self._busy_worker()
        if name is not None and self._hunted is None:
            held = set(self.fleet.attempts_of(name)) - self._taken
            self._hunted = min(held).task if held else None

    def _strike(self, task: str) -> None:
        if self.hits[task] >= MAX_CRASHES:
            self._hunted = None
            return
        found = self.fleet.worker_of(task)
        if found is not None and found[1] not in self._taken:
            self._kill(found[0])

    # What they stand on

    def kill_redis(self) -> None:
        self._note("SIGKILL redis")
        self.fleet.redis.kill()
        self._later(self._random.uniform(0.5, 4), self.fleet.redis.start)

    def flush_redis(self) -> None:
        if self.fleet.redis.process.is_running:
            self._note("FLUSHALL")
            self.fleet.redis.flush()

    def restart_postgres(self) -> None:
        self._restart_postgres("fast", signal.SIGINT)

    def crash_postgres(self) -> None:
        self._restart_postgres("immediate", signal.SIGQUIT)

    def _restart_postgres(self, mode: str, number: signal.Signals) -> None:
        away = self._random.uniform(0.5, 3)
        self._note(f"PostgreSQL stops ({mode}) for {away:.1f} s")
        self.fleet.postgres.process.stop(number)
        # Nothing else is dealt meanwhile: the log could not tell what a kill takes.
        time.sleep(away)
        self.fleet.postgres.start()

    def storm(self) -> None:
        self._spoil(self._random.uniform(0.3, 0.8), self._random.uniform(3, 8))

    def lose_storage(self) -> None:
        self._spoil(1.0, self._random.uniform(2, 6))

    def _spoil(self, rate: float, seconds: float) -> None:
        self._note(f"storage spoils {rate:.0%} of requests for {seconds:.1f} s")
        self.fleet.storage.fail(rate)
        self._later(seconds, lambda: self.fleet.storage.fail(0))

    # How they are dealt

    def _draw(self) -> Action:
        if not self._deck:
            self._deck = [card for card, copies in self._cards for _ in range(copies)]
            self._random.shuffle(self._deck)
        return self._deck.pop()

    def _one_of(self, names: tuple[str, ...]) -> str | None:
        there = self.fleet.those(names)
        # One of them may work on, or nothing would happen for long stretches.
        return self._random.choice(there) if len(there) > 1 else None

    def _busy_worker(self) -> str | None:
        """A worker; mostly one that has something to lose, if one begins something soon."""
        there = self.fleet.those(WORKERS)
        if len(there) < 3:
            return None
        deadline = time.monotonic() + (1.5 if self._random.random() < 0.8 else 0)
        # What a predecessor of the same name held when it was killed is still shown as its own.
        while not (busy := [n for n in there if set(self.fleet.attempts_of(n)) - self._taken]):
            if time.monotonic() > deadline:
                return self._random.choice(there)
            time.sleep(0.02)
        return self._random.choice(busy)

    def _start_later(self, name: str) -> None:
        self._later(self._random.uniform(0, 3), lambda: self.fleet.start(name))

    def _when_ended(self, name: str, deadline: float) -> None:
        """Start it again once it has ended; by force, if it takes too long."""
        if not self.fleet.process(name).is_running:
            self.fleet.process(name).kill()  # what is left of its group
            self.fleet.states[name] = "down"
            self._start_later(name)
        elif time.monotonic() > deadline:
            self._note(f"SIGKILL {name}, which did not stop", self.fleet.kill(name))
            self._start_later(name)
        else:
            self._later(0.1, lambda: self._when_ended(name, deadline))

    def _later(self, seconds: float, action: Action) -> None:
        self._due.append((time.monotonic() + seconds, action))

    def _note(self, what: str, attempts: list[Attempt] | None = None) -> None:
        taken = tuple(attempt for attempt in attempts or () if attempt not in self._taken)
        self.log.append(Fault(time.monotonic() - self._began, what, taken))
