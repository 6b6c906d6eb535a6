"""The faults of imports from sites."""

from processing.health.finding import Kind

NO_YT_DLP = Kind(
    "yt_dlp_missing",
    "VODLOOM_SITE_HOSTS allows imports from sites, and there is no yt-dlp.",
    "Install requirements/site.txt in place of production.txt, or name a yt-dlp in VODLOOM_YT_DLP.",
)
YT_DLP_TOO_OLD = Kind(
    "yt_dlp_too_old",
    "This is yt-dlp {version}, which lacks options that are used.",
    "Install a newer one, or name it in VODLOOM_YT_DLP.",
)
YT_DLP_AGED = Kind(
    "yt_dlp_aged",
    "yt-dlp {version} is {days} days old: sites change, and it may not understand them any more.",
    "Install a newer one, or name it in VODLOOM_YT_DLP.",
    lesser=True,
)
NO_COOKIES = Kind(
    "site_cookies_missing",
    "VODLOOM_SITE_COOKIES names a file that cannot be read: {reason}.",
    "Put it there for the user of the workers, or clear the setting.",
)
NO_JAVASCRIPT = Kind(
    "javascript_runtime_missing",
    "YouTube is allowed, and there is no JavaScript runtime, without which most of its videos "
    "cannot be fetched.",
    "Install deno or Node.js where the sandbox sees it, such as in /usr/local/bin.",
    lesser=True,
)
NO_WALLS = Kind(
    "site_program_without_walls",
    "The sandbox does not work, so that yt-dlp keeps to the checked addresses only as long as it "
    "does as it is told.",
    "Make the sandbox work, as the check of it says, or clear VODLOOM_SITE_HOSTS.",
    lesser=True,
)
