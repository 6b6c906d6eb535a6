from django.db import migrations

# Short side in pixels: CRF, cap in kbit/s.
_DEFAULT = {
    2160: (22, 18_000),
    1440: (22, 10_000),
    1080: (22, 6_000),
    720: (22, 3_200),
    480: (23, 1_500),
    360: (23, 900),
    240: (24, 450),
}
_FAST = {side: _DEFAULT[side] for side in (720, 360)}
_QUALITY = {
    2160: (20, 24_000),
    1440: (20, 13_000),
    1080: (20, 7_800),
    720: (20, 4_200),
    480: (21, 2_000),
    360: (21, 1_200),
    240: (22, 600),
    144: (23, 250),
}

# Name, description, preset, audio in kbit/s, rungs, those that are downloads.
_SHIPPED = [
    ("default", "A good balance of quality, size and speed.", "veryfast", 128, _DEFAULT, [720]),
    ("fast", "Two sizes, made as quickly as can be.", "ultrafast", 128, _FAST, [720]),
    (
        "quality",
        "Better pictures and sound; about twice the work.",
        "medium",
        192,
        _QUALITY,
        [1080, 480],
    ),
    ("audio", "Sound alone, without pictures.", "veryfast", 128, {}, []),
]


def ship(apps, schema_editor):
    profiles = apps.get_model("processing", "EncodingProfile")
    rungs = apps.get_model("processing", "EncodingRung")
    for name, description, preset, audio_kbps, sizes, downloads in _SHIPPED:
        profile = profiles.objects.create(
            name=name,
            description=description,
            preset=preset,
            audio_kbps=audio_kbps,
            is_default=name == "default",
        )
        rungs.objects.bulk_create(
            rungs(
                profile=profile,
                short_side=side,
                crf=crf,
                maxrate_kbps=maxrate,
                download=side in downloads,
            )
            for side, (crf, maxrate) in sizes.items()
        )


class Migration(migrations.Migration):
    """`default`, `fast`, `quality` and `audio`, for staff to change as they like."""

    dependencies = [("processing", "0006_encoding_profiles")]

    operations = [migrations.RunPython(ship, migrations.RunPython.noop)]
