"""Deal the faults, from a deck of cards shuffled with a seed, and log each one."""

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
    """A kind of fault, and how often it is in the deck."""

    deal: Deal
    copies: int = 1


@dataclass(frozen=True)
class Appointment:
    """A fault that is dealt once, after this share (0 to 1) of the time."""

    share: float
    deal: Deal


@dataclass(frozen=True)
class Fault:
    """A fault that was dealt: its time (seconds from the start), what was done, and the attempts it
    took from a worker."""

    at: float
    what: str
    attempts: tuple[Attempt, ...] = ()

    def __str__(self) -> str:
        tasks = ", ".join(attempt.task for attempt in self.attempts)
        took = f"  took {tasks}" if tasks else ""
        return f"{self.at:7.2f}  {self.what}{took}"


@dataclass
class Chaos:
    """Deals faults for a given time. ``lease`` is the length of the product's leases (s)."""

    fleet: Fleet
    seed: int
    lease: float
    cards: Sequence[Card]
    appointments: Sequence[Appointment] = ()
    every: tuple[float, float] = (0.8, 2.5)
    log: list[Fault] = field(default_factory=list)
    died: list[str] = field(default_factory=list)
    hunted: str | None = None
    """A task to be given up: its worker is killed at every attempt until then."""
    watch: Callable[[Chaos], None] | None = None

    def __post_init__(self) -> None:
        # The deck has a random generator of its own: the order of the faults depends only on the
        # seed, however often the faults use the other generator.
        self._shuffles = random.Random(self.seed)
        self.random = random.Random(self.seed + 1)
        self._began = time.monotonic()
        self._due: list[tuple[float, Action]] = []
        self._deck: list[Deal] = []

    @property
    def hits(self) -> Counter[str]:
        """The number of attempts at each task that were taken from a killed or frozen worker."""
        return Counter(attempt.task for attempt in self.taken)

    @property
    def taken(self) -> set[Attempt]:
        """All attempts that were taken from a worker."""
        return {attempt for fault in self.log for attempt in fault.attempts}

    def rage(self, seconds: float) -> None:
        """Deal faults for this many seconds."""
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
        """Run the due actions, such as restarts and thaws, and restart and record the processes
        that ended by themselves."""
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
        """End all faults: start the processes that are down, and thaw those that are frozen."""
        self.watch = None
        self.fleet.storage.calm()
        self.fleet.exceptions.calm()
        while self._due or self.fleet.those(self.fleet.members, "ending"):
            self._due = [(0.0, action) for _, action in self._due]
            self.tick()

    def later(self, seconds: float, action: Action) -> None:
        """Run an action after this many seconds, or when the faults end."""
        self._due.append((time.monotonic() + seconds, action))

    def note(self, what: str, attempts: Sequence[Attempt] = ()) -> None:
        """Log a fault, with the attempts that no earlier fault took."""
        taken = tuple(attempt for attempt in attempts if attempt not in self.taken)
        self.log.append(Fault(time.monotonic() - self._began, what, taken))

    def _draw(self) -> Deal:
        if not self._deck:
            self._deck = [card.deal for card in self.cards for _ in range(card.copies)]
            self._shuffles.shuffle(self._deck)
        return self._deck.pop()
