"""Encoding profiles in the admin, with their rungs, faults in words, and examples of sources."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.contrib.admin import TabularInline, display
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.forms import BaseInlineFormSet
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from config.admin.acts import Act, ActingAdmin
from processing import profiles
from processing.ffmpeg.planning.ladder import Profile, rungs_for
from processing.models import AlternateRung, EncodingProfile, EncodingRung
from processing.steps import subtitles, transcript
from processing.steps.pictures import PICTURES

_KEPT = "{} is the default: make another profile the default before you delete it."


@dataclass(frozen=True)
class _Sample:
    """A typical source, to show what a profile makes of it."""

    display_width: int
    display_height: int
    codec: str = "h264"
    frame_rate: Fraction = Fraction(30)
    bitrate: int | None = None
    peak_bitrate: int | None = None

    def __str__(self) -> str:
        return f"{self.display_width}x{self.display_height}"


_SAMPLES = (
    _Sample(3840, 2160),
    _Sample(1920, 1080),
    _Sample(1080, 1920),
    _Sample(1920, 804),
    _Sample(640, 360),
)


class RungFormSet(BaseInlineFormSet):  # type: ignore[type-arg]  # not generic when it runs
    """The rungs of a profile, checked together."""

    def clean(self) -> None:
        """Reject rungs that do not fit together."""
        if any(self.errors):
            return
        kept = [form.instance for form in self.forms if self._is_kept(form)]
        if found := self.faults(kept):
            raise ValidationError(found)

    def faults(self, kept: Sequence[Any]) -> list[str]:
        """Return sentences about duplicate sizes, caps not higher for larger sizes, and a default
        profile without rungs."""
        return profiles.faults(profiles.steps(kept), is_default=self.instance.is_default)

    def _is_kept(self, form: Any) -> bool:
        return form not in self.deleted_forms and (form.instance.pk or form.has_changed())


class AlternateRungFormSet(RungFormSet):
    """The rungs of a profile in other codecs, checked together for each codec."""

    def faults(self, kept: Sequence[Any]) -> list[str]:
        """Return sentences about duplicate sizes, and caps not higher for larger sizes."""
        steps = profiles.alternate_steps(kept)
        codecs = dict.fromkeys(step.codec for step in steps)
        each = [[step for step in steps if step.codec == codec] for codec in codecs]
        return [fault for one in each for fault in profiles.faults(one, is_default=False)]


class NamedInline(TabularInline):  # type: ignore[type-arg]  # not generic when it runs
    """A table whose fields have labels of their own, since a column header is no label."""

    extra = 0

    def formfield_for_dbfield(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        """Return the field with its name as a label for people who do not see the header."""
        made = super().formfield_for_dbfield(db_field, request, **kwargs)
        if made is not None:
            made.widget.attrs["aria-label"] = str(db_field.verbose_name).capitalize()
        return made


class RungInline(NamedInline):
    """The sizes of a profile."""

    model = EncodingRung
    formset = RungFormSet
    fields = ("short_side", "crf", "maxrate_kbps", "download")


class AlternateRungInline(NamedInline):
    """The sizes of a profile in other codecs."""

    model = AlternateRung
    formset = AlternateRungFormSet
    fields = ("codec", "short_side", "crf", "preset", "maxrate_kbps")


_PICTURES = {
    "poster": "the first poster",
    "thumbnails": "thumbnails at the beginning, the middle and the end",
    "candidates": "the better poster, chosen of several stills",
    "storyboard": "storyboard for the timeline",
    "preview": "preview that moves under the pointer",
    "waveform": "waveform of the audio",
    "facts": "facts such as black and silent stretches",
    "alike": "hashes that find similar videos",
    transcript.KIND: "captions of what is said",
    subtitles.KIND: "subtitles and chapters inside the file",
}
"""The kinds of what a profile may leave out, in words."""


def _kinds() -> list[tuple[str, str]]:
    kinds = (*PICTURES, subtitles.KIND, transcript.KIND)
    return [(kind, _PICTURES.get(kind, kind)) for kind in kinds]


class ProfileForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic when it runs
    """A profile; what it leaves out is chosen by its kinds."""

    left_out = forms.MultipleChoiceField(
        label="Pictures, previews and captions left out",
        choices=_kinds,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="A video plays the same without them. The others are made.",
    )

    class Meta:
        model = EncodingProfile
        exclude: ClassVar[list[str]] = []


MAKE_DEFAULT = Act(
    name="make_default",
    label="Make this the default",
    asks="New videos are made with it from now on.",
    done="made the default",
    rights=("processing.view_encodingprofile", "processing.change_encodingprofile"),
    do=lambda doing: profiles.make_default(doing.row),
    refusals={profiles.MakesNoVideo: "has no rungs: new videos would have no video."},
    applies=lambda profile: not profile.is_default,
    takes_one=True,
)


@admin.register(EncodingProfile)
class EncodingProfileAdmin(ActingAdmin):
    """Edit profiles, copy one by saving it as new, and choose the default."""

    form = ProfileForm
    list_display = ("name", "description", "default", "preset", "sizes", "files", "sound")
    search_fields = ("name", "description")
    fields = (
        "name",
        "description",
        "codec",
        "preset",
        "copies",
        "audio_kbps",
        "also_opus",
        "takes_incomplete",
        "left_out",
        "default",
        "becomes",
    )
    readonly_fields = ("default", "becomes")
    inlines = (RungInline, AlternateRungInline)
    save_as = True
    acts = (MAKE_DEFAULT,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[EncodingProfile]:
        """Return the profiles with their rungs."""
        return profiles.everything()

    def has_delete_permission(
        self, request: HttpRequest, obj: EncodingProfile | None = None
    ) -> bool:
        """Whether the profile may be deleted. The default may not."""
        allowed: bool = super().has_delete_permission(request, obj)
        return allowed and not (obj and obj.is_default)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> tuple[Any, ...]:
        """Add the reason why the default cannot be deleted, if it is among the chosen."""
        listed, counts, forbidden, kept = super().get_deleted_objects(objs, request)
        reasons = [_KEPT.format(profile) for profile in objs if profile.is_default]
        if reasons:
            forbidden.discard(EncodingProfile._meta.verbose_name)
        return listed, counts, forbidden, [*kept, *reasons]

    @display(description="Default", boolean=True, ordering="is_default")
    def default(self, profile: EncodingProfile) -> bool:
        """Whether new videos are made with the profile."""
        return profile.is_default

    @display(description="Sizes")
    def sizes(self, profile: EncodingProfile) -> str:
        """The profile's rungs."""
        rungs = [*profile.rungs.all(), *profile.alternate_rungs.all()]
        return ", ".join(map(str, rungs)) or "audio alone"

    @display(description="MP4 downloads")
    def files(self, profile: EncodingProfile) -> str:
        """The rungs that are also offered as MP4 downloads."""
        return ", ".join(str(rung) for rung in profile.rungs.all() if rung.download) or "-"

    @display(description="Sound")
    def sound(self, profile: EncodingProfile) -> str:
        """The audio bitrate."""
        return f"{profile.audio_kbps} kbit/s" + (" and Opus" if profile.also_opus else "")

    @display(description="What sources become")
    def becomes(self, profile: EncodingProfile) -> SafeString | str:
        """The rungs that the saved profile makes of some typical sources."""
        if profile._state.adding:
            return "Shown when it is saved."
        wanted = profiles.profile_of(profile)
        return format_html_join("", "<p>{}</p>", ((_told(one, wanted),) for one in _SAMPLES))


def _told(source: _Sample, profile: Profile) -> str:
    rungs = rungs_for(source, profile)
    if not rungs:
        return f"{source} becomes audio alone."
    files = [rung.name for rung in rungs if rung.download]
    ending = f"; {' and '.join(files)} also as an MP4 file" if files else ""
    return f"{source} becomes {', '.join(rung.name for rung in rungs)}{ending}."
