"""FFmpeg, its limits, and how long what is played stays reachable."""

from config.settings.base import ENV

FFMPEG = ENV.ffmpeg
FFPROBE = ENV.ffprobe
# Whose new videos wait for a moderator: nobody's, new owners', everybody's.
MODERATION = ENV.moderation
MAX_GIGAPIXELS = ENV.max_gigapixels
DAILY_GIGAPIXELS = ENV.daily_gigapixels

# Playback addresses live this long plus twice the video's duration (seconds).
PLAYBACK_TOKEN_SECONDS = ENV.playback_token_seconds
# Soft-deleted videos are purged after this many days.
PURGE_AFTER_DAYS = 30
# What a failed job made is kept this long for a retry.
KEEP_FAILED_HOURS = 24
