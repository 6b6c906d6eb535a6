"""The other codecs: AV1 and Opus beside H.264 and AAC, in spans that join."""

from __future__ import annotations

from array import array
from copy import copy
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from processing.ffmpeg.encoding import commands, filters, outputs
from processing.ffmpeg.encoding.order import EncodeOrder
from processing.ffmpeg.errors import ToolMissing
from processing.ffmpeg.output_format import units
from processing.ffmpeg.planning import ladder, span_plan
from processing.ffmpeg.planning.ladder import DEFAULT, Profile, Step
from processing.ffmpeg.planning.plan import plan_of
from processing.ffmpeg.planning.span_plan import WHOLE
from processing.ffmpeg.planning.tracks import AudioTrack, in_more_codecs
from processing.ffmpeg.probing.measured import with_timeline
from processing.ffmpeg.tests.clips import Made, described, encoded, ffmpeg, line_of, video_stream
from processing.packaging import join
from processing.packaging.track import Track

BOTH = Profile(
    "both",
    (Step(240, 24, 450_000),),
    "ultrafast",
    copies=False,
    more_rungs=(Step(240, 40, 300_000, "av1", "12"), Step(144, 40, 200_000, "av1", "12")),
    more_audio=("opus",),
)
SECONDS = 7
RATE = 48_000
# Beeps of a tenth of a second, one at the beginning, others around the borders of spans.
BEEPS = (0.0, 1.9, 3.95, 6.5)


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("source") / "a.mkv"
    heard = "+".join(f"between(t,{beep},{beep + 0.1})" for beep in BEEPS)
    tone = f"aevalsrc='sin(2*PI*1000*t)*({heard})/2':s={RATE}:d={SECONDS}"
    pictures = f"testsrc2=s=320x240:r=25:d={SECONDS}"
    inputs = ["-f", "lavfi", "-i", pictures, "-f", "lavfi", "-i", tone]
    quickly = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "flac"]
    ffmpeg(*inputs, *quickly, path)
    return path


@pytest.fixture(scope="module")
def spans(source: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Made]:
    """The source in spans of two seconds."""
    folder, media = tmp_path_factory.mktemp("spans"), described(source)
    plan = span_plan.plan(media, line_of(source, media), BOTH, seconds=2)
    assert len(plan) == 3
    return [encoded(source, folder / str(one.number), BOTH, span=one) for one in plan]


def joined(spans: list[Made], name: str, out: Path) -> Path:
    """One rendition of all spans as one file."""
    join.progressive([[made.folder / f"{name}.mp4" for made in spans]], out)
    return out


def samples(path: Path) -> array[int]:
    """The audio of a file, one channel."""
    raw = path.with_suffix(".pcm")
    ffmpeg("-i", path, "-map", "0:a", "-ac", "1", "-f", "s16le", raw)
    return array("h", raw.read_bytes())


def beginnings(sound: array[int]) -> list[float]:
    """Seconds at which something is heard after silence."""
    found, quiet = [], RATE
    for number, sample in enumerate(sound):
        if abs(sample) > 1000:
            if quiet > RATE // 10:
                found.append(number / RATE)
            quiet = 0
        else:
            quiet += 1
    return found


def test_each_is_a_file_of_its_own(spans: list[Made]) -> None:
    names = {"240p", "240p-av1", "144p-av1", "audio", "audio-opus"}
    assert [made.names for made in spans] == [names] * 3
    codecs = {name: spans[0].track(name).codecs.split(".")[0] for name in names}
    assert codecs == {
        "240p": "avc1", "240p-av1": "av01", "144p-av1": "av01",
        "audio": "mp4a", "audio-opus": "opus",
    }  # fmt: skip


@pytest.mark.parametrize("name", ["240p-av1", "144p-av1", "audio-opus"])
def test_spans_begin_alike_and_follow_each_other(spans: list[Made], name: str) -> None:
    tracks = [made.track(name) for made in spans]
    assert len({track.init for track in tracks}) == 1
    fragments = [fragment for track in tracks for fragment in track.fragments]
    at = 0
    for fragment in fragments:
        assert (fragment.start, fragment.starts_with_sync) == (at, True)
        assert not fragment.own_parameters
        assert fragment.evenly_shown
        assert fragment.composition_start == at
        at += fragment.duration
    assert at / tracks[0].timescale == SECONDS


def test_segments_of_av1_are_as_long_as_those_of_h264(spans: list[Made]) -> None:
    def borders(track: Track) -> list[tuple[int, int]]:
        return [(fragment.start, fragment.duration) for fragment in track.fragments]

    for made in spans:
        assert borders(made.track("240p-av1")) == borders(made.track("240p"))


def test_frames_of_all_spans_are_those_of_the_source(
    spans: list[Made], source: Path, tmp_path: Path
) -> None:
    path = joined(spans, "240p-av1", tmp_path / "a.mp4")
    told = ffmpeg("-i", path, "-i", source, "-lavfi", "[0:v][1:v]psnr", "-f", "null", "-")
    average, least = (float(told.split(f"{word}:")[1].split()[0]) for word in ("average", "min"))
    assert average > 28
    assert least > 24


@pytest.mark.parametrize("name", ["audio", "audio-opus"])
def test_a_beep_stands_where_it_stood(spans: list[Made], tmp_path: Path, name: str) -> None:
    first, *heard = beginnings(samples(joined(spans, name, tmp_path / "a.mp4")))
    # What AAC begins with swells: a packet needs the one before it.
    assert first == pytest.approx(0, abs=0.012 if name == "audio" else 0.002)
    assert heard == pytest.approx(BEEPS[1:], abs=0.002)


def test_audio_of_spans_is_that_of_the_whole(
    spans: list[Made], source: Path, tmp_path: Path
) -> None:
    """Also at the borders nobody hears one: what differs is far below what is heard."""
    whole = encoded(source, tmp_path / "whole", BOTH)
    one = samples(joined([whole], "audio-opus", tmp_path / "one.mp4"))
    cut = samples(joined(spans, "audio-opus", tmp_path / "cut.mp4"))
    assert len(one) == len(cut) == SECONDS * RATE
    assert max(abs(a - b) for a, b in zip(one, cut, strict=True)) < 1000


def test_audio_alone_at_another_rate_stands_where_it_stood(tmp_path: Path) -> None:
    source = tmp_path / "a.wav"
    heard = "+".join(f"between(t,{beep},{beep + 0.1})" for beep in BEEPS)
    ffmpeg("-f", "lavfi", "-i", f"aevalsrc='sin(2*PI*1000*t)*({heard})/2':s=44100:d=9", source)
    media = described(source)
    plan = span_plan.plan(media, None, BOTH, seconds=3)
    made = [
        encoded(source, tmp_path / str(one.number), BOTH, media=media, span=one) for one in plan
    ]
    assert len(made) > 1
    sound = samples(joined(made, "audio-opus", tmp_path / "a.mp4"))
    assert beginnings(sound) == pytest.approx(BEEPS, abs=0.002)
    assert len(sound) / RATE == pytest.approx(9, abs=0.02)


def test_beside_a_copied_rung_av1_has_groups_of_its_own(tmp_path: Path) -> None:
    source = tmp_path / "a.mp4"
    tone = ["-f", "lavfi", "-i", "sine=f=500:r=48000:d=5"]
    made = ["-c:v", "libx264", "-crf", "40", "-g", "40", "-pix_fmt", "yuv420p"]
    made += ["-c:a", "aac", "-ac", "2", "-b:a", "64k"]
    ffmpeg("-f", "lavfi", "-i", "testsrc2=s=320x240:r=25:d=5", *tone, *made, source)
    media = described(source)
    line = line_of(source, media)
    media = with_timeline(media, line)
    profile = replace(BOTH, copies=True, rungs=(Step(240, 24, 4_500_000),))
    first, *_, last = span_plan.plan(media, line, profile)
    assert first.copies
    assert first.copied_sound
    one = encoded(source, tmp_path / "last", profile, media=media, span=last)
    starts = {name: [f.start for f in one.track(name).fragments] for name in one.names}
    assert starts["240p"] == [
        last.first_frame * 400 + 16_000 * n for n in range(len(starts["240p"]))
    ]
    assert starts["240p-av1"] == [last.first_frame * 400 + 20_000 * n for n in range(2)]
    frames = {
        name: sum(f.samples for f in one.track(name).fragments) for name in ("240p", "240p-av1")
    }
    assert set(frames.values()) == {125 - last.first_frame}
    assert one.track("audio-opus").fragments[0].start == units(last.first_packet, 960) * 960


def test_no_player_skips_a_beginning_that_is_not_there(spans: list[Made]) -> None:
    init = spans[0].track("audio-opus").init
    at = init.index(b"dOps") + 4
    assert init[at : at + 4] == bytes([0, 2, 0, 0])  # version, channels, samples to skip


def test_finishing_twice_changes_nothing(spans: list[Made], tmp_path: Path) -> None:
    made = spans[1]
    before = {path.name: path.read_bytes() for path in made.folder.glob("*.mp4")}
    plan = plan_of(made.media, BOTH)
    commands.finish(EncodeOrder(made.media, plan, WHOLE, made.top, made.folder, threads=1))
    assert {path.name: path.read_bytes() for path in made.folder.glob("*.mp4")} == before


def test_both_can_be_joined_to_one_file(spans: list[Made], tmp_path: Path) -> None:
    out = tmp_path / "both.mp4"
    join.progressive(
        [[made.folder / f"{name}.mp4" for made in spans] for name in ("240p-av1", "audio-opus")],
        out,
    )
    assert ffmpeg("-v", "warning", "-i", out, "-f", "null", "-") == ""


def test_rungs_of_other_codecs_have_names_and_caps_of_their_own() -> None:
    video = video_stream(bitrate=1_000_000)
    profile = replace(DEFAULT, more_rungs=(Step(720, 35, 5_000_000, "av1", "8"),))
    rungs = ladder.rungs_for(video, profile)
    assert rungs[:-1] == ladder.rungs_for(video, DEFAULT)
    assert (rungs[-1].name, rungs[-1].codec, rungs[-1].preset) == ("720p-av1", "av1", "8")
    h264 = next(rung for rung in rungs if rung.name == "720p")
    assert rungs[-1].maxrate == pytest.approx(h264.maxrate / 2, abs=1)
    assert not rungs[-1].download


def test_a_profile_without_frames_has_none_in_other_codecs() -> None:
    alone = Profile("audio", (), more_rungs=(Step(720, 35, 5_000_000, "av1", "8"),))
    assert ladder.rungs_for(video_stream(), alone) == ()


def test_runs_of_older_versions_know_no_other_codecs() -> None:
    stored = DEFAULT.to_json()
    del stored["more_rungs"], stored["more_audio"]
    assert Profile.from_json(stored) == DEFAULT
    assert Profile.from_json(BOTH.to_json()) == BOTH


def test_tracks_of_other_codecs_have_names_nobody_else_has() -> None:
    tracks = [
        AudioTrack(name, 1, "und", False, "") for name in ("audio", "audio-opus", "audio-opus1")
    ]
    names = [track.name for track in in_more_codecs(tracks, ["opus"])]
    assert names[3:] == ["audio-opus2", "audio-opus-opus", "audio-opus1-opus"]
    assert in_more_codecs(tracks, []) == tuple(tracks)


def test_the_graph_goes_down_by_size_whatever_the_codec() -> None:
    rungs = ladder.rungs_for(video_stream(), replace(BOTH, rungs=DEFAULT.rungs[3:]))
    graph = filters.video(video_stream(), rungs, Fraction(0), Fraction(25))
    sizes = [part.split(":")[0] for part in graph.split("scale=")]
    assert sizes[-5:] == ["854", "640", "426", "426", "256"]
    assert [f"[rung{number}]" in graph for number in range(len(rungs))] == [True] * len(rungs)


def test_the_first_encoder_there_is_is_taken() -> None:
    tried = (copy(outputs.VIDEO["av1"][0]), outputs.VIDEO["av1"][0])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tried[0], "encoder", "libsvtav2")
        patch.setitem(outputs.VIDEO, "av1", tried)
        assert outputs.video("av1") is tried[0]
        assert outputs.video("av1", lambda name: name == "libsvtav1") is tried[1]
        with pytest.raises(ToolMissing, match="libsvtav2 or libsvtav1") as raised:
            outputs.require(["aac", "av1"], lambda name: name == "aac")
    assert raised.value.code == "ffmpeg_incapable"


@pytest.mark.parametrize("packets", [0, 1, 94, 282, 12_345])
def test_a_border_of_other_units_is_the_nearest(packets: int) -> None:
    border = units(packets, 960) * 960
    assert abs(border - packets * 1024) <= 480
    assert units(packets, 1024) == packets
