"""Who deals the faults: a shuffled deck from a seed, every deal written down."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from tests.chaos.fleet import Attempt, Fleet

MAX_CRASHES = 3

Action = Callable[[], None]
Deal = Callable[["Chaos"], None]


@dataclass(frozen=True)
class Card:
    """A kind of fault, and how many of it are in the deck."""

    deal: Deal
    copies: int = 1


@dataclass(frozen=True)
class Appointment:
    """A fault that is dealt once, after this share (0 to 1) of the time."""

    share: float
    deal: Deal


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
    """Deals faults until told to stop. ``lease`` is how long the product's leases last (s)."""

    fleet: Fleet
    seed: int
    lease: float
    cards: Sequence[Card]
    appointments: Sequence[Appointment] = ()
    every: tuple[float, float] = (0.8, 2.5)
    log: list[Fault] = field(default_factory=list)
    died: list[str] = field(default_factory=list)
    hunted: str | None = None
    """A task every worker of which is killed, until it is given up."""
    watch: Callable[[Chaos], None] | None = None

    def __post_init__(self) -> None:
        # The deck has a chance of its own: which fault comes when follows from the seed alone,
        # whatever the others ask of theirs.
        self._shuffles = random.Random(self.seed)
        self.random = random.Random(self.seed + 1)
        self._began = time.monotonic()
        self._due: list[tuple[float, Action]] = []
        self._deck: list[Deal] = []

    @property
    def hits(self) -> Counter[str]:
        """How many attempts at each task were taken from a worker that was killed or frozen."""
        return Counter(attempt.task for attempt in self.taken)

    @property
    def taken(self) -> set[Attempt]:
        """All attempts that were taken from a worker."""
        return {attempt for fault in self.log for attempt in fault.attempts}

    def rage(self, seconds: float) -> None:
        """Deal faults for so long."""
        began = time.monotonic()
        appointed = sorted(self.appointments, key=lambda appointment: appointment.share)
        following = 0.0
        while (now := time.monotonic()) < began + seconds:
            if appointed and now >= began + appointed[0].share * seconds:
                appointed.pop(0).deal(self)
            elif now >= following:
                self._draw()(self)
                following = time.monotonic() + self.random.uniform(*self.every)
            self.tick()

    def tick(self) -> None:
        """Do what is due: restarts and thaws; notice who ended without being told to."""
        now = time.monotonic()
        due = [action for at, action in self._due if at <= now]
        self._due = [(at, action) for at, action in self._due if at > now]
        for action in due:
            action()
        for name in self.fleet.those(self.fleet.members):
            if not self.fleet.process(name).is_running:
                self.died.append(f"{name} at {now - self._began:.1f}")
                self.fleet.start(name)
        if self.watch is not None:
            self.watch(self)
        time.sleep(0.05)

    def calm(self) -> None:
        """No further faults; whatever is down comes up, whatever is frozen wakes."""
        self.watch = None
        self.fleet.storage.calm()
        self.fleet.exceptions.calm()
        while self._due or self.fleet.those(self.fleet.members, "ending"):
            self._due = [(0.0, action) for _, action in self._due]
            self.tick()

    def later(self, seconds: float, action: Action) -> None:
        """Do something after so many seconds, or when it becomes calm."""
        self._due.append((time.monotonic() + seconds, action))

    def note(self, what: str, attempts: Sequence[Attempt] = ()) -> None:
        """Write down what was done."""
        taken = tuple(attempt for attempt in attempts if attempt not in self.taken)
        self.log.append(Fault(time.monotonic() - self._began, what, taken))

    def _draw(self) -> Deal:
        if not self._deck:
            self._deck = [card.deal for card in self.cards for _ in range(card.copies)]
            self._shuffles.shuffle(self._deck)
        return self._deck.pop()
