"""Runs two programs, one of which reads what the other writes, without a file between them."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from processing.ffmpeg.errors import Interrupted, MediaError
from processing.ffmpeg.running import runner
from processing.ffmpeg.running.progress import Progress
from processing.ffmpeg.running.runner import Finished, Limits, never
from processing.ffmpeg.running.sandbox import Sandbox

# A writer whose reader has gone fails at once.
_ENDS_WITHIN = 5.0
_NOBODY_READS = "Broken pipe"


def run(
    feeder: Sequence[str],
    argv: Sequence[str],
    *,
    pipe: Path,
    limits: Limits,
    sandbox: Sandbox,
    reads: Sequence[Path],
    writes: Path,
    on_progress: Callable[[Progress], None] | None = None,
    should_stop: Callable[[], str | None] = never,
) -> Finished:
    """Run `argv`, which reads `pipe`, while `feeder` writes it; return the result of `argv`. The
    pipe is made and removed here, in the folder `writes`. Raises as `runner.run` does, for
    whichever program failed."""
    os.mkfifo(pipe)
    fed = _Feeding(feeder, limits, sandbox, reads, writes)
    fed.start()
    try:
        finished = runner.run(
            argv, limits=limits, sandbox=sandbox, reads=reads, writes=writes,
            on_progress=on_progress, should_stop=lambda: should_stop() or fed.failure,
        )  # fmt: skip
        fed.join(_ENDS_WITHIN)
    except Interrupted as error:
        if fed.error is not None and error.reason == fed.failure:
            raise fed.error from error
        raise
    finally:
        fed.over.set()
        fed.join()
        pipe.unlink()
    if fed.error is not None:
        raise fed.error
    return finished


class _Feeding(threading.Thread):
    """The program that writes; `error` is why it failed, unless it failed because its reader was
    gone."""

    def __init__(
        self,
        argv: Sequence[str],
        limits: Limits,
        sandbox: Sandbox,
        reads: Sequence[Path],
        writes: Path,
    ) -> None:
        super().__init__(name="feeder")
        self._argv, self._limits, self._sandbox = argv, limits, sandbox
        self._reads, self._writes = reads, writes
        self.over = threading.Event()
        self.error: MediaError | None = None

    @property
    def failure(self) -> str | None:
        """The reason to stop the reader, once the writer has failed."""
        return None if self.error is None else "feeder_failed"

    def run(self) -> None:
        with contextlib.suppress(Interrupted):
            try:
                runner.run(
                    self._argv, limits=self._limits, sandbox=self._sandbox, reads=self._reads,
                    writes=self._writes,
                    should_stop=lambda: "over" if self.over.is_set() else None,
                )  # fmt: skip
            except Interrupted:
                raise
            except MediaError as error:
                if not _nobody_reads(error):
                    self.error = error


def _nobody_reads(error: MediaError) -> bool:
    return _NOBODY_READS in error.log or getattr(error, "signal", None) == signal.SIGPIPE
