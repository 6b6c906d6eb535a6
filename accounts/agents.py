"""Name the browser or app that a User-Agent header tells of, for people who look for their own."""

# The first that matches counts: Edge says that it is Chrome, which says that it is Safari.
_PROGRAMS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("HeadlessChrome/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("CriOS/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("Windows", "Windows"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("CrOS", "ChromeOS"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)
_LONGEST = 60
UNKNOWN = "An unknown app"


def name_of(agent: str) -> str:
    """Return such as "Firefox on Linux", or what an app calls itself, at most 60 characters."""
    program = _first(_PROGRAMS, agent)
    if program is None:
        return agent.strip()[:_LONGEST] or UNKNOWN
    system = _first(_SYSTEMS, agent)
    return f"{program} on {system}" if system else program


def _first(table: tuple[tuple[str, str], ...], agent: str) -> str | None:
    return next((name for mark, name in table if mark in agent), None)
