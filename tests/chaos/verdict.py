"""Check what must be true when the faults have stopped and all work is over."""

from __future__ import annotations

import textwrap
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.chaos import objects, visited
from tests.chaos.chaos import MAX_CRASHES, Chaos
from tests.chaos.faults.rewind import Rewind
from tests.chaos.fleet import Fleet
from tests.chaos.inputs import Input
from tests.chaos.settling import temporary_files
from tests.chaos.uploader import Uploader
from tests.chaos.visitors import Visitors
from tests.chaos.withdrawals import Withdrawals
from tests.servers.app import worker_name
from tests.test_end_to_end import decode

_OVER = ("ready", "failed", "canceled")


@dataclass
class Verdict:
    """The counts in the last line, and a sentence for everything that is not as promised."""

    faults: int
    seed: int
    videos: int = 0
    ready: int = 0
    failed: int = 0
    expected_failed: int = 0
    stuck: int = 0
    leftovers: int = 0
    lost_objects: int = 0
    problems: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        names = "faults videos ready failed expected_failed stuck leftovers lost_objects seed"
        return " ".join(["chaos", *(f"{n}={getattr(self, n)}" for n in names.split())])


def judge(
    chaos: Chaos,
    uploader: Uploader,
    withdrawals: Withdrawals,
    visitors: Visitors,
    rewind: Rewind,
) -> Verdict:
    """Check everything that the product promises."""
    accepted = {
        pk: file for pk, file in uploader.accepted.items() if not rewind.spans(uploader.at[pk])
    }
    verdict = Verdict(len(chaos.log), chaos.seed, videos=len(accepted))
    fleet = chaos.fleet
    videos = {
        str(pk): (status, code)
        for pk, status, code in fleet.rows("SELECT id, status, error_code FROM videos_video")
    }
    _judge_ends(verdict, chaos, videos, accepted)
    _judge_visits(verdict, chaos, visitors, rewind)
    _judge_withdrawals(verdict, fleet, withdrawals, rewind)
    _judge_crashes(verdict, chaos)
    _judge_attempts(verdict, fleet)
    for pk, file in accepted.items():
        if videos.get(pk, ("",))[0] == "ready":
            _judge_playback(verdict, uploader, pk, file)
    revived = {w.video for w in withdrawals.granted if rewind.spans(w.at)}
    _judge_objects(verdict, fleet, rewind, revived)
    _judge_presence(verdict, fleet)
    verdict.problems += rewind.problems
    verdict.problems += [f"ended by itself: {name}" for name in chaos.died]
    return verdict


def _judge_ends(
    verdict: Verdict,
    chaos: Chaos,
    videos: dict[str, tuple[str, str]],
    accepted: dict[str, Input],
) -> None:
    """Check that only bad videos failed, and those with a task killed three times or cursed."""
    killed, cursed = _killed_three_times(chaos), _cursed(chaos.fleet)
    for pk, (status, code) in videos.items():
        file = accepted.get(pk)
        if status not in _OVER:
            verdict.stuck += 1
            verdict.problems.append(f"{pk} is stuck in {status}")
        if file is None:
            continue  # refused: its owner was told, and uploaded it again
        verdict.ready += status == "ready"
        verdict.failed += status == "failed"
        codes = [*file.codes]
        codes += ["worker_crashed"] if pk in killed else []
        codes += ["internal_error"] if pk in cursed else []
        verdict.expected_failed += bool(codes)
        if status == "failed" and code not in codes:
            why = _words_of(chaos.fleet, pk)
            verdict.problems.append(f"{pk} ({file.path.name}) failed with {code}: {why}")
        if status == "ready" and not file.is_good:
            verdict.problems.append(f"{pk} ({file.path.name}) is bad and became ready")
    verdict.problems += [f"{pk} is lost" for pk in accepted if pk not in videos]


def _judge_visits(verdict: Verdict, chaos: Chaos, visitors: Visitors, rewind: Rewind) -> None:
    """Count and check what came by the other ways in."""
    excuses = _killed_three_times(chaos), _cursed(chaos.fleet)
    seen = visited.judge(chaos.fleet, visitors, rewind, *excuses)
    verdict.videos += seen.videos
    verdict.ready += seen.ready
    verdict.failed += seen.failed
    verdict.expected_failed += seen.expected_failed
    verdict.problems += seen.problems


def _words_of(fleet: Fleet, pk: str) -> str:
    """Return the error messages of a video's failed tasks."""
    rows = fleet.rows(
        "SELECT t.kind, t.number, t.error_message FROM processing_task t JOIN processing_run r"
        " ON r.id = t.run_id WHERE r.video_id = %s AND t.error_code <> ''",
        pk,
    )
    return "; ".join(f"{kind} {number}: {message}" for kind, number, message in rows)


def _judge_withdrawals(
    verdict: Verdict, fleet: Fleet, withdrawals: Withdrawals, rewind: Rewind
) -> None:
    """Check that videos whose cancellation or deletion was granted stay canceled or deleted.

    A ready video stays ready when its remaining work is canceled.
    """
    rows = fleet.rows(
        "SELECT id, status, deleted_at IS NOT NULL, (SELECT r.status FROM processing_run r"
        " WHERE r.video_id = v.id ORDER BY r.id DESC LIMIT 1) FROM videos_video v"
    )
    there = {str(pk): (status, is_deleted, run) for pk, status, is_deleted, run in rows}
    for withdrawal in withdrawals.granted:
        if rewind.spans(withdrawal.at):
            continue
        status, is_deleted, run = there.get(withdrawal.video, ("gone", True, None))
        kept = {
            "cancel": "canceled" in (status, run),
            "trash": is_deleted,
            "purge": status == "gone",
        }
        if not kept[withdrawal.deed]:
            verdict.problems.append(
                f"{withdrawal.video} is {status} after its {withdrawal.deed}"
                f" while {withdrawal.window} was granted"
            )


def _killed_three_times(chaos: Chaos) -> set[str]:
    """Return the videos that had to fail. Only essential tasks count: posters and downloads do not
    make a video fail."""
    tasks = [task for task, hits in chaos.hits.items() if hits >= MAX_CRASHES]
    found = chaos.fleet.rows(
        "SELECT r.video_id FROM processing_task t JOIN processing_run r ON r.id = t.run_id"
        " WHERE t.essential AND t.crashes >= %s AND t.id = ANY(%s::uuid[])",
        MAX_CRASHES,
        tasks,
    )
    return {str(pk) for (pk,) in found}


def _cursed(fleet: Fleet) -> set[str]:
    """Return the videos with an essential task that raises at every try."""
    found = fleet.rows(
        "SELECT r.video_id FROM processing_task t JOIN processing_run r ON r.id = t.run_id"
        " WHERE t.essential AND t.id = ANY(%s::uuid[])",
        list(fleet.exceptions.cursed()),
    )
    return {str(pk) for (pk,) in found}


def _judge_crashes(verdict: Verdict, chaos: Chaos) -> None:
    """Check that every counted crash is in the log: outages and deploys must not count."""
    crashed = chaos.fleet.rows("SELECT id, kind, crashes FROM processing_task WHERE crashes > 0")
    for pk, kind, crashes in crashed:
        if crashes > chaos.hits[str(pk)]:
            verdict.problems.append(
                f"{kind} {pk} counts {crashes} crashes, its worker was killed or frozen"
                f" {chaos.hits[str(pk)]} times"
            )


def _judge_attempts(verdict: Verdict, fleet: Fleet) -> None:
    """Check that all output of a task is from one attempt, and that each key is listed once."""
    attempts: dict[Any, set[str]] = defaultdict(set)
    keys: Counter[str] = Counter()
    for release, number, key in fleet.rows(
        "SELECT r.release_id, c.number, c.key FROM videos_chunk c"
        " JOIN videos_rendition r ON r.id = c.rendition_id"
    ):
        keys[key] += 1
        _, of_release, token, *_ = key.split("/")
        attempts[release, number].add(token)
        if of_release != str(release):
            verdict.problems.append(f"{key} is listed in release {release}")
    verdict.problems += [f"{key} is listed {n} times" for key, n in keys.items() if n > 1]
    verdict.problems += [
        f"chunk {number} of release {release} mixes attempts {sorted(tokens)}"
        for (release, number), tokens in attempts.items()
        if len(tokens) > 1
    ]


def _judge_presence(verdict: Verdict, fleet: Fleet) -> None:
    """Check that every worker shows itself, whatever was failing when it was started."""
    seen = fleet.rows(
        "SELECT name FROM processing_worker WHERE last_seen > now() - interval '30 seconds'"
    )
    shown = {name for (name,) in seen}
    hidden = [name for name in fleet.workers if worker_name(name) not in shown]
    verdict.problems += [f"{name} works and does not show itself" for name in hidden]


def _judge_playback(verdict: Verdict, uploader: Uploader, pk: str, file: Input) -> None:
    video = uploader.session.get(f"{uploader.url}{pk}/", timeout=30).json()
    try:
        frames = decode(video["playback"]["hls"])
    except Exception as error:
        verdict.problems.append(f"{pk} does not decode: {error}")
        return
    if not frames or set(frames) != {file.frames}:
        verdict.problems.append(f"{pk} has {frames} frames, its source {file.frames}")


def _processes(fleet: Fleet) -> Iterator[str]:
    """Yield the commands of FFmpeg, ffprobe and bwrap that still run in the data folder."""
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if str(fleet.vodloom.data) in command and any(
            name in command for name in ("ffmpeg", "ffprobe", "bwrap")
        ):
            yield command[:200]


def _judge_objects(verdict: Verdict, fleet: Fleet, rewind: Rewind, revived: set[str]) -> None:
    """Check that every wanted object is stored and complete, and that there are no others.

    The ``revived`` videos were deleted and exist again since the database was restored.
    """
    stored, wanted = objects.stored(fleet), objects.wanted(fleet)
    strays = sorted(stored - wanted - rewind.forgotten)
    rows = sorted(objects.known(fleet) - wanted - stored)
    left = [*_processes(fleet), *map(str, temporary_files(fleet)), *strays]
    left += objects.unfinished_uploads(fleet) - rewind.unfinished
    left += [f"the row of {key}" for key in rows]
    lost = [
        *sorted((wanted - rewind.gone | rewind.forgotten) - stored),
        *_incomplete(fleet, revived),
    ]
    verdict.leftovers, verdict.lost_objects = len(left), len(lost)
    verdict.problems += [f"left over: {what}" for what in left]
    verdict.problems += [f"lost: {what}" for what in lost]


def _incomplete(fleet: Fleet, revived: set[str]) -> list[str]:
    """Return the ready videos whose stored files differ from their rows; every byte is read."""
    script = textwrap.dedent("""
        from processing.audit import release_audit
        from videos.models import Video
        for video in Video.objects.filter(status="ready").select_related("release"):
            kept = release_audit.audit(video.release, deep=True)
            if not kept["ok"]:
                print("AUDIT", video.pk, kept)
        """)
    said = fleet.vodloom.manage("shell", "--verbosity", "0", "-c", script)
    audits = [line.split(maxsplit=2) for line in said.splitlines() if line.startswith("AUDIT")]
    return [f"{pk}: {kept}" for _, pk, kept in audits if pk not in revived]
