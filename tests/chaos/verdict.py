"""What must be true when the faults have stopped and all work is over."""

from __future__ import annotations

import os
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.chaos.faults import MAX_CRASHES, Chaos
from tests.chaos.fleet import Fleet
from tests.chaos.inputs import Input
from tests.chaos.uploader import Uploader
from tests.test_end_to_end import decode
from videos import keys

_OVER = ("ready", "failed", "canceled")


@dataclass
class Verdict:
    """The counts of the last line, and in words whatever is not as promised."""

    faults: int
    seed: int
    videos: int = 0
    ready: int = 0
    failed: int = 0
    expected_failed: int = 0
    stuck: int = 0
    leftovers: int = 0
    problems: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        names = ("faults", "videos", "ready", "failed", "expected_failed", "stuck", "leftovers")
        return " ".join(["chaos", *(f"{n}={getattr(self, n)}" for n in names), f"seed={self.seed}"])


def settle(chaos: Chaos, seconds: float) -> None:
    """Let everything come to its end, without waiting out the pauses before next tries."""
    fleet = chaos.fleet
    deadline = time.monotonic() + seconds
    while _open_videos(fleet) and time.monotonic() < deadline:
        fleet.rows("UPDATE processing_task SET not_before = NULL WHERE not_before > now()")
        for _ in range(10):
            chaos.tick()
    _let_days_pass(fleet)
    for _ in range(3):
        fleet.vodloom.manage("reconcile")
        fleet.rows("UPDATE videos_storedobject SET delete_after = NULL WHERE state = 'deleting'")


def _open_videos(fleet: Fleet) -> int:
    return int(
        fleet.rows(
            "SELECT count(*) FROM videos_video v WHERE status = 'processing' OR EXISTS"
            " (SELECT 1 FROM processing_run r WHERE r.video_id = v.id"
            " AND r.status IN ('queued', 'running'))"
        )[0][0]
    )


def _let_days_pass(fleet: Fleet) -> None:
    """So that what is only kept for a time is due: unfinished uploads, what failed, old files."""
    fleet.rows("UPDATE videos_upload SET expires_at = now() WHERE finished_at IS NULL")
    fleet.rows(
        "UPDATE videos_release SET created_at = created_at - interval '9 days',"
        " completed_at = completed_at - interval '9 days',"
        " keep_until = keep_until - interval '9 days'"
    )
    long_ago = time.time() - 9 * 24 * 3600
    for path in _temporary_files(fleet):
        os.utime(path, (long_ago, long_ago))


def judge(chaos: Chaos, uploader: Uploader) -> Verdict:
    """Look at everything that was promised."""
    verdict = Verdict(len(chaos.log), chaos.seed, videos=len(uploader.accepted))
    fleet = chaos.fleet
    videos = {
        str(pk): (status, code)
        for pk, status, code in fleet.rows("SELECT id, status, error_code FROM videos_video")
    }
    _judge_ends(verdict, chaos, videos, uploader.accepted)
    _judge_crashes(verdict, chaos)
    _judge_attempts(verdict, fleet)
    for pk, file in uploader.accepted.items():
        if videos.get(pk, ("",))[0] == "ready":
            _judge_playback(verdict, uploader, pk, file)
    found = [*_processes(fleet), *map(str, _temporary_files(fleet)), *_stray_objects(fleet)]
    verdict.leftovers = len(found)
    verdict.problems += [f"left over: {what}" for what in found]
    verdict.problems += [f"ended by itself: {name}" for name in chaos.died]
    return verdict


def _judge_ends(
    verdict: Verdict,
    chaos: Chaos,
    videos: dict[str, tuple[str, str]],
    accepted: dict[str, Input],
) -> None:
    """Failed are exactly the bad ones and those whose task was killed three times."""
    killed = _killed_three_times(chaos)
    for pk, (status, code) in videos.items():
        file = accepted.get(pk)
        if status not in _OVER:
            verdict.stuck += 1
            verdict.problems.append(f"{pk} is stuck in {status}")
        if file is None:
            continue  # refused: its owner was told, and handed it in again
        verdict.ready += status == "ready"
        verdict.failed += status == "failed"
        codes = (*file.codes, *(["worker_crashed"] if pk in killed else []))
        verdict.expected_failed += bool(file.codes) or pk in killed
        if status == "failed" and code not in codes:
            verdict.problems.append(f"{pk} ({file.path.name}) failed with {code}")
        if status == "ready" and not file.is_good:
            verdict.problems.append(f"{pk} ({file.path.name}) is bad and became ready")
    verdict.problems += [f"{pk} is lost" for pk in accepted if pk not in videos]


def _killed_three_times(chaos: Chaos) -> set[str]:
    """Videos that had to fail: no video waits for its poster or its downloads."""
    tasks = [task for task, hits in chaos.hits.items() if hits >= MAX_CRASHES]
    found = chaos.fleet.rows(
        "SELECT r.video_id FROM processing_task t JOIN processing_run r ON r.id = t.run_id"
        " WHERE t.essential AND t.crashes >= %s AND t.id = ANY(%s::uuid[])",
        MAX_CRASHES,
        tasks,
    )
    return {str(pk) for (pk,) in found}


def _judge_crashes(verdict: Verdict, chaos: Chaos) -> None:
    """No crash is counted that the log does not tell of: no outage, no deploy."""
    crashed = chaos.fleet.rows("SELECT id, kind, crashes FROM processing_task WHERE crashes > 0")
    for pk, kind, crashes in crashed:
        if crashes > chaos.hits[str(pk)]:
            verdict.problems.append(
                f"{kind} {pk} counts {crashes} crashes, its worker was killed or frozen"
                f" {chaos.hits[str(pk)]} times"
            )


def _judge_attempts(verdict: Verdict, fleet: Fleet) -> None:
    """All that one task made is of one attempt, and each key is listed once."""
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


def _judge_playback(verdict: Verdict, uploader: Uploader, pk: str, file: Input) -> None:
    video = uploader.session.get(f"{uploader.url}{pk}/", timeout=30).json()
    try:
        frames = decode(f"{uploader.fleet.vodloom.url}{video['playback']['hls']}")
    except Exception as error:
        verdict.problems.append(f"{pk} does not decode: {error}")
        return
    if not frames or set(frames) != {file.frames}:
        verdict.problems.append(f"{pk} has {frames} frames, its source {file.frames}")


def _processes(fleet: Fleet) -> Iterator[str]:
    """FFmpeg and its like that work in our data folder."""
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if str(fleet.vodloom.data) in command and any(
            name in command for name in ("ffmpeg", "ffprobe", "bwrap")
        ):
            yield command[:200]


def _temporary_files(fleet: Fleet) -> list[Path]:
    data = fleet.vodloom.data
    found = [*(data / "work").glob("*"), *(data / "uploads").glob("*")]
    return [*found, *(data / "cache").rglob("*.part")]


def _stray_objects(fleet: Fleet) -> Iterator[str]:
    """Objects of the bucket that no row points at."""
    listed = fleet.rows(
        "SELECT storage || '/' || key FROM videos_storedobject WHERE state = 'stored'"
        " UNION SELECT 'originals/' || key FROM videos_source"
        " UNION SELECT 'outputs/' || key FROM videos_chunk"
        " UNION SELECT 'outputs/' || poster_key FROM videos_release"
        " UNION SELECT 'outputs/' || download_key FROM videos_rendition"
    )
    wanted = {key for (key,) in listed}
    wanted |= {f"{storage}/{keys.IDENTITY}" for storage in ("originals", "outputs")}
    pages = fleet.s3.client().get_paginator("list_objects_v2").paginate(Bucket=fleet.s3.bucket)
    stored = {item["Key"] for page in pages for item in page.get("Contents", [])}
    yield from (f"object {key}" for key in sorted(stored - wanted))
    yield from (f"lost object {key}" for key in sorted(wanted - stored) if key != "outputs/")
