"""FFmpeg, limits on its work, and how long playback addresses and deleted videos are kept."""

from config.settings.base import ENV

FFMPEG = ENV.ffmpeg
FFPROBE = ENV.ffprobe
# Whose new videos wait for a moderator: nobody's, those of new owners, or everybody's.
MODERATION = ENV.moderation
# With how many approved videos an owner is trusted by itself; 0: never.
TRUST_AFTER = ENV.trust_after
MAX_GIGAPIXELS = ENV.max_gigapixels
DAILY_GIGAPIXELS = ENV.daily_gigapixels
# The name of the plan that new users get.
DEFAULT_PLAN = ENV.default_plan

# Playback addresses live this long plus twice the video's duration (seconds).
PLAYBACK_TOKEN_SECONDS = ENV.playback_token_seconds
# Soft-deleted videos are purged after this many days.
PURGE_AFTER_DAYS = 30
# The output of a failed job is kept this many hours for a retry.
KEEP_FAILED_HOURS = 24
