"""Errors of media work: one root, each class named for the fact."""

from __future__ import annotations

from collections.abc import Sequence


class MediaError(Exception):
    """Root of all media errors.

    `code` is stable and for programs, `message` is a sentence for people without any path, `argv`
    is the command as people may see it, and `log` has the last lines it wrote.
    """

    code: str = "media_error"
    message: str = "The media could not be processed."

    def __init__(
        self,
        message: str | None = None,
        *,
        code: str | None = None,
        argv: Sequence[str] = (),
        log: str = "",
    ) -> None:
        self.message = message or type(self).message
        self.code = code or type(self).code
        self.argv: list[str] = list(argv)
        self.log = log
        super().__init__(self.message)

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"

    def name(self, code: str, message: str) -> None:
        """Set the code and the message that say what the error means to the caller."""
        self.code, self.message = code, message


class ProbeFailed(MediaError):
    """Raised when a source cannot be understood or breaks a limit.

    Codes: `source_not_video`, `source_truncated`, `source_incomplete`, `source_unsupported`,
    `source_encrypted`, `source_too_long`, `source_too_large`, `probe_timed_out`.
    """

    code = "source_not_video"
    message = "The file is not a video or audio file that can be read."


class SourceTruncated(ProbeFailed):
    """Raised when a source ends long before it says."""

    code = "source_truncated"
    message = "The file ends before its video does. Upload it again."


class ProcessFailed(MediaError):
    """Raised when a program ended with an error of its own.

    The caller knows what that means and names the error so. It does the same with a program that
    stalled or took too long.
    """

    code = "process_failed"
    message = "A program that inspects media ended with an error."


class RoomDoubtful(ProcessFailed):
    """Raised when a program failed because it found no space left, although there is space.

    Other programs may have made room meanwhile, or a file may have made the program say so. A few
    retries are worthwhile, and the machine is not at fault.
    """


class ProcessStalled(MediaError):
    """Raised when a program ran on without getting any further."""

    code = "process_stalled"
    message = "A program that inspects media made no progress and was stopped."


class ProcessTimedOut(MediaError):
    """Raised when a program used up its wall-clock or CPU time."""

    code = "process_timed_out"
    message = "A program that inspects media took too long and was stopped."


class ProcessKilled(MediaError):
    """Raised when a program was ended by a signal that was not ours, or for lack of memory.

    `signal` is the signal's number, 0 if the program gave up by itself because it got no more
    memory. `memory` is true if the kernel's memory killer or our own memory limit ended it. The
    error says nothing about the file: elsewhere, or with fewer threads, the same work may succeed.
    """

    code = "process_killed"
    message = "The program that processed this video was killed from outside."
    _OF_MEMORY = "The program that processed this video needed more memory than it is allowed."

    def __init__(
        self, signal: int = 0, *, memory: bool = False, argv: Sequence[str] = (), log: str = ""
    ) -> None:
        super().__init__(self._OF_MEMORY if memory else None, argv=argv, log=log)
        self.signal = signal
        self.memory = memory


class DiskFull(MediaError):
    """Raised when a program found no space left where it wrote: the machine is at fault."""

    code = "disk_full"
    message = "The worker's disk is full."


class OutputTooLarge(MediaError):
    """Raised when a program wrote more than it is allowed to."""

    code = "output_too_large"
    message = "The output grew larger than allowed."


class ToolMissing(MediaError):
    """Raised when FFmpeg, or a part of it that is required, is not there."""

    code = "ffmpeg_missing"
    message = "FFmpeg is not installed in the expected place."


class SandboxUnavailable(ToolMissing):
    """Raised when a sandbox cannot be set up although it is required or worked before. The machine
    is at fault, and often only for a while."""

    code = "sandbox_unavailable"
    message = "The sandbox could not be set up."


class Interrupted(MediaError):
    """Raised when a stop was requested, which is no failure. `reason` is the reason given for
    it."""

    code = "interrupted"
    message = "The work was stopped on request."

    def __init__(self, reason: str, *, argv: Sequence[str] = (), log: str = "") -> None:
        super().__init__(argv=argv, log=log)
        self.reason = reason
