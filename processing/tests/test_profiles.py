"""Profiles: the rows that are shipped, what a run takes with it, and the admin's form."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.core.management import CommandError, call_command
from django.db import IntegrityError
from django.test import Client
from django.urls import reverse

from accounts.models import User
from processing import profiles, services
from processing.ffmpeg.planning import ladder
from processing.ffmpeg.planning.ladder import Step
from processing.models import EncodingProfile, EncodingRung, Run
from videos.models import Video

pytestmark = pytest.mark.usefixtures("every_picture")

LIST = "admin:processing_encodingprofile_changelist"
PAGE = "admin:processing_encodingprofile_change"
ADD = "admin:processing_encodingprofile_add"
Rows = Sequence[tuple[Any, ...]]
ALTERNATE = ("codec", "short_side", "crf", "preset", "maxrate_kbps")


@pytest.fixture
def desk(moderator: User) -> Client:
    """A moderator's browser."""
    client = Client()
    client.force_login(moderator)
    return client


@pytest.fixture
def default(db: None) -> EncodingProfile:
    """The default profile's row."""
    return EncodingProfile.objects.get(is_default=True)


def form(rungs: Rows, others: Rows = (), **fields: Any) -> dict[str, Any]:
    """What the admin's form sends: rungs are short side, CRF, cap in kbit/s, id; those in `others`
    are as in `ALTERNATE`."""
    sent: dict[str, Any] = {
        "name": "mine", "description": "", "codec": "h264", "preset": "fast", "audio_kbps": 96,
        "rungs-TOTAL_FORMS": len(rungs),
        "rungs-INITIAL_FORMS": sum(1 for rung in rungs if rung[3:]),
        "alternate_rungs-TOTAL_FORMS": len(others), "alternate_rungs-INITIAL_FORMS": 0,
    }  # fmt: skip
    for number, rung in enumerate(others):
        for name, value in zip(ALTERNATE, rung, strict=True):
            sent[f"alternate_rungs-{number}-{name}"] = value
    for number, rung in enumerate(rungs):
        for name, value in zip(("short_side", "crf", "maxrate_kbps", "id"), rung, strict=False):
            sent[f"rungs-{number}-{name}"] = value
    return sent | fields


def rows_of(profile: EncodingProfile) -> Rows:
    return list(profile.rungs.values_list("short_side", "crf", "maxrate_kbps", "id"))


def said(answer: Any) -> str:
    """The page, with quotes as people read them."""
    return str(answer.content.decode()).replace("&#x27;", "'").replace("&quot;", '"')


def test_the_profiles_that_are_shipped(db: None) -> None:
    assert profiles.names() == ["audio", "default", "fast", "quality"]
    assert profiles.default() == profiles.named("default") == ladder.DEFAULT
    assert [step.short_side for step in profiles.named("fast").rungs] == [720, 360]
    assert profiles.named("quality").rungs[-1].short_side == 144
    assert profiles.named("audio").rungs == ()
    for row in profiles.everything():
        row.full_clean()
        for rung in row.rungs.all():
            rung.full_clean()
        assert not profiles.faults(profiles.profile_of(row).rungs, is_default=row.is_default)


def test_a_name_nobody_has_is_told(db: None) -> None:
    with pytest.raises(profiles.NoSuchProfile):
        profiles.named("nobody")


def test_reading_a_profile_costs_three_queries(db: None, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(3):
        profiles.named("quality")


def test_there_is_one_default(default: EncodingProfile) -> None:
    with pytest.raises(IntegrityError):
        EncodingProfile.objects.update(is_default=True)


def test_another_becomes_the_default(default: EncodingProfile) -> None:
    profiles.make_default(EncodingProfile.objects.get(name="fast"))
    assert profiles.default().name == "fast"
    with pytest.raises(profiles.MakesNoVideo):
        profiles.make_default(EncodingProfile.objects.get(name="audio"))
    assert profiles.default().name == "fast"


def test_editing_renaming_and_deleting_change_no_run(
    video: Video, default: EncodingProfile, work_off: Callable[[], None]
) -> None:
    before = Run.objects.get().profile
    assert ladder.Profile.from_json(before) == ladder.DEFAULT
    EncodingProfile.objects.filter(pk=default.pk).update(name="renamed", preset="slow")
    EncodingRung.objects.all().delete()
    work_off()
    video.refresh_from_db()
    assert video.status == Video.Status.READY
    assert Run.objects.get().profile == before


def test_new_videos_are_made_with_the_default(ready_video: Video, default: EncodingProfile) -> None:
    EncodingProfile.objects.filter(pk=default.pk).update(name="usual")
    assert services.reprocess(ready_video).profile["name"] == "usual"


def test_faults_are_told_for_people() -> None:
    two = profiles.faults([Step(720, 22, 1_000_000), Step(720, 23, 900_000)], is_default=False)
    assert two == ["There are two rungs of 720p. Remove one."]
    caps = profiles.faults([Step(720, 22, 1_000_000), Step(480, 23, 2_000_000)], is_default=False)
    assert "480p, which is smaller, at 2000" in caps[0]
    assert profiles.faults([], is_default=False) == []
    assert "no video" in profiles.faults([], is_default=True)[0]


def test_pictures_are_left_out_in_the_admin(desk: Client, default: EncodingProfile) -> None:
    page = reverse(PAGE, args=[default.pk])
    assert 'name="left_out" value="thumbnails"' in said(desk.get(page)).replace("'", '"')
    sent = form(rows_of(default), name="default", left_out=["thumbnails"])
    assert desk.post(page, sent).status_code == 302
    assert profiles.default().left_out == ("thumbnails",)
    answer = desk.post(page, form(rows_of(default), name="default", left_out=["holograms"]))
    assert "holograms is not one of the available choices" in said(answer)
    assert profiles.default().left_out == ("thumbnails",)


def test_a_profile_is_added_in_the_admin(desk: Client) -> None:
    answer = desk.post(reverse(ADD), form([(720, 23, 3000), (360, 24, 800)]))
    assert answer.status_code == 302
    made = profiles.named("mine")
    assert made.rungs == (Step(720, 23, 3_000_000), Step(360, 24, 800_000))
    assert (made.preset, made.audio_bitrate, made.downloads) == ("fast", 96_000, ())


def test_incomplete_files_are_taken_unless_a_profile_says_otherwise(desk: Client) -> None:
    assert all(profiles.named(name).takes_incomplete for name in profiles.names())
    assert desk.post(reverse(ADD), form([(720, 23, 3000)])).status_code == 302
    refusing = profiles.named("mine")  # a box that is not ticked
    assert not refusing.takes_incomplete
    stored = refusing.to_json()
    assert ladder.Profile.from_json(stored) == refusing
    del stored["takes_incomplete"]  # a run that the version before began
    assert ladder.Profile.from_json(stored).takes_incomplete


def test_other_codecs_stand_beside_the_rungs(desk: Client) -> None:
    others = [("av1", 480, 40, "10", 600), ("av1", 720, 38, "10", 1500)]
    sent = form([(720, 23, 3000)], others, also_opus="on")
    assert desk.post(reverse(ADD), sent).status_code == 302
    made = profiles.named("mine")
    assert made.rungs == (Step(720, 23, 3_000_000),)
    assert made.more_rungs == (
        Step(720, 38, 1_500_000, "av1", "10"),
        Step(480, 40, 600_000, "av1", "10"),
    )
    assert made.more_audio == ("opus",)
    assert ladder.Profile.from_json(made.to_json()) == made
    row = EncodingProfile.objects.get(name="mine")
    page = said(desk.get(reverse(PAGE, args=[row.pk])))
    assert "1920x1080 becomes 720p, 720p-av1, 480p-av1." in page


@pytest.mark.parametrize(
    ("others", "words"),
    [
        ([("av1", 720, 10, "8", 1500)], "av1 takes a quality from 20 to 55."),
        ([("av1", 720, 35, "veryfast", 1500)], "av1 has the presets 12, 11, 10"),
        ([("hevc", 720, 35, "8", 1500)], "not one of the available choices"),
        ([("av1", 721, 35, "8", 1500)], "721 is odd"),
        ([("av1", 720, 35, "8", 1500), ("av1", 480, 35, "8", 2000)], "480p-av1, which is smaller"),
    ],
)
def test_what_is_wrong_with_other_codecs_is_told(desk: Client, others: Rows, words: str) -> None:
    answer = desk.post(reverse(ADD), form([(720, 23, 3000)], others))
    assert answer.status_code == 200
    assert words in said(answer)


@pytest.mark.parametrize(
    ("rungs", "fields", "words"),
    [
        ([(721, 23, 3000)], {}, "721 is odd: a frame's sides must be even."),
        ([(4320, 23, 3000)], {}, "The largest rung is 2160p."),
        ([(720, 51, 3000)], {}, "Above 40 little is left of the picture."),
        ([(720, 23, 5)], {}, "A rung needs at least 100 kbit/s."),
        ([(720, 23, 3000), (720, 20, 2000)], {}, "There are two rungs of 720p."),
        ([(720, 23, 3000), (480, 20, 4000)], {}, "A larger rung needs a higher cap."),
        ([(720, 23, 3000)], {"audio_kbps": 1000}, "More than 320 kbit/s is wasted on stereo."),
        ([(720, 23, 3000)], {"name": "fast"}, "Another profile has this name."),
        ([(720, 23, 3000)], {"preset": "warp"}, "not one of the available choices"),
    ],
)
def test_what_is_wrong_is_told_in_the_form(
    desk: Client, rungs: Rows, fields: dict[str, Any], words: str
) -> None:
    answer = desk.post(reverse(ADD), form(rungs, **fields))
    assert answer.status_code == 200
    assert words in said(answer)
    assert EncodingProfile.objects.count() == 4


def test_the_page_shows_what_sources_become(desk: Client, default: EncodingProfile) -> None:
    page = said(desk.get(reverse(PAGE, args=[default.pk])))
    five = "becomes 1080p, 720p, 480p, 360p, 240p; 720p also as an MP4 file."
    assert f"1920x1080 {five}" in page
    assert f"1080x1920 {five}" in page
    assert "640x360 becomes 360p, 240p; 360p also as an MP4 file." in page
    audio = EncodingProfile.objects.get(name="audio")
    assert "1920x1080 becomes audio alone." in said(desk.get(reverse(PAGE, args=[audio.pk])))


def test_the_default_keeps_a_rung(desk: Client, default: EncodingProfile) -> None:
    rows = rows_of(default)
    gone: dict[str, Any] = {f"rungs-{number}-DELETE": "on" for number in range(len(rows))}
    sent = form(rows, name="default", **gone)
    answer = desk.post(reverse(PAGE, args=[default.pk]), sent)
    assert "The default profile needs a rung" in said(answer)
    assert default.rungs.count() == len(rows)


def test_a_profile_is_copied(desk: Client, default: EncodingProfile) -> None:
    rows = rows_of(default)
    sent = form(rows, name="copy", _saveasnew="1")
    assert desk.post(reverse(PAGE, args=[default.pk]), sent).status_code == 302
    assert profiles.named("copy").rungs == profiles.default().rungs
    assert EncodingProfile.objects.get(is_default=True) == default


def test_the_default_is_not_deleted_and_others_are(desk: Client, default: EncodingProfile) -> None:
    url = reverse("admin:processing_encodingprofile_delete", args=[default.pk])
    assert desk.post(url, {"post": "yes"}).status_code == 403
    chosen = list(EncodingProfile.objects.filter(name__in=["default", "fast"]))
    act = {"action": "delete_selected", "_selected_action": [row.pk for row in chosen]}
    shown = desk.post(reverse(LIST), {**act, "post": "yes"})
    assert "default is the default: make another profile the default" in said(shown)
    assert EncodingProfile.objects.count() == 4
    others = list(EncodingProfile.objects.filter(is_default=False).values_list("pk", flat=True))
    desk.post(reverse(LIST), {**act, "_selected_action": others, "post": "yes"})
    assert profiles.names() == ["default"]


def test_the_default_is_chosen_in_the_list(desk: Client, default: EncodingProfile) -> None:
    def choose(*names: str) -> str:
        rows = EncodingProfile.objects.filter(name__in=names).values_list("pk", flat=True)
        sent = {"action": "make_default", "_selected_action": list(rows), "confirmed": "yes"}
        return said(desk.post(reverse(LIST), {**sent, "reason": "Faster."}, follow=True))

    assert "Choose one." in choose("fast", "quality")
    assert "“audio”: has no rungs" in choose("audio")
    assert profiles.default().name == "default"
    assert "1 encoding profile made the default." in choose("fast")
    assert profiles.default().name == "fast"
    told = [entry.get_change_message() for entry in LogEntry.objects.all()]
    assert told == ["Make this the default: Faster."]


def test_the_list_costs_the_same_whatever_its_length(
    desk: Client, default: EncodingProfile, django_assert_num_queries: Any
) -> None:
    desk.get(reverse(LIST))
    for name in ("one", "two", "three"):
        made = EncodingProfile.objects.create(name=name)
        EncodingRung.objects.create(profile=made, short_side=720, maxrate_kbps=3000)
    with django_assert_num_queries(7):
        assert "720p" in said(desk.get(reverse(LIST)))


def test_moderators_process_again_by_any_profile(desk: Client, ready_video: Video) -> None:
    url = reverse("admin:videos_video_changelist")
    assert "Process again: quality" in said(desk.get(url))
    sent = {"action": "reprocess_fast", "_selected_action": [str(ready_video.pk)]}
    desk.post(url, {**sent, "confirmed": "yes"})
    assert Run.objects.get(kind=Run.Kind.REPROCESS).profile["name"] == "fast"


def test_the_command_names_the_profiles_there_are(video: Video) -> None:
    with pytest.raises(CommandError, match="There are: audio, default, fast, quality"):
        call_command("reprocess", str(video.pk), "--profile", "nobody")
