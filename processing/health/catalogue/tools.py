"""The faults of FFmpeg and its sandbox."""

from processing.health.finding import Kind

NO_FFMPEG = Kind(
    "ffmpeg_missing",
    "{program} does not start: {error}",
    "Install FFmpeg with libx264 and zimg (apt-get install ffmpeg), or set VODLOOM_FFMPEG and "
    "VODLOOM_FFPROBE.",
)
FFMPEG_TOO_OLD = Kind(
    "ffmpeg_too_old",
    "This is FFmpeg {version}.",
    "Use FFmpeg 5.1 or later.",
)
FFMPEG_LACKS = Kind(
    "ffmpeg_lacks",
    "FFmpeg {version} lacks {missing}.",
    "Install one that was built with them (Debian's is), or set VODLOOM_FFMPEG.",
)
FFMPEG_READS_LESS = Kind(
    "ffmpeg_reads_less",
    "FFmpeg {version} cannot read {missing}: such files are refused.",
    "Install one that was built with them (Debian's is), if you get such files.",
    lesser=True,
)
OTHER_CODECS = Kind(
    "ffmpeg_without_other_codecs",
    "{missing}.",
    "Only profiles that ask for one need it: install such an FFmpeg.",
    lesser=True,
)
FIXES = Kind(
    "ffmpeg_fixes_missing",
    "FFmpeg is {verdict}.",
    "Install a release with the fixes (Debian 13 and the container image have one), unless your "
    "distribution has put them into this one.",
    lesser=True,
)
SANDBOX_REQUIRED = Kind(
    "sandbox_unavailable",
    "VODLOOM_SANDBOX is required, and the sandbox does not work: {reason}.",
    "{cure}",
)
NO_SANDBOX = Kind(
    "sandbox_missing",
    "FFmpeg reads strangers' files beside all secrets, since the sandbox does not work: {reason}.",
    "{cure}",
    lesser=True,
)
SANDBOX_UNKNOWN = Kind(
    "sandbox_not_tried",
    "The sandbox could not be tried: {error}",
    "Look again when the machine is less busy.",
    lesser=True,
)
