"""A site with a user of every kind and a video in every state."""

from __future__ import annotations

import json
import signal
import sqlite3
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext

from tests.browser import captioned
from tests.browser.editing import add_track
from tests.browser.people import PASSWORD, Person
from tests.servers.app import Vodloom
from tests.servers.process import wait_until

_SECONDS = 300.0
_OVER = ("succeeded", "failed", "canceled")
_PEOPLE = """
from accounts.models import Plan, User
from allauth.account.models import EmailAddress
for name, fields in {people}:
    user = User.objects.create_user(f"{{name}}@example.com", {password!r}, **fields)
    EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=True)
Plan.objects.filter(name="free").update(
    stored_bytes=10**9, stored_minutes=10, uploads_a_day=500, largest_file=2 * 10**9
)
EmailAddress.objects.create(
    user=User.objects.get(email="ada@example.com"), email="ada@home.example", verified=False
)
"""
_ACCOUNTS: Sequence[tuple[str, Mapping[str, object]]] = (
    ("ada", {"first_name": "Ada Lovelace"}),
    ("new", {}),
    ("viewer", {"can_upload": False}),
    ("careful", {"first_name": "Carla Careful"}),
    ("away", {}),
)
_TOTP = {"careful": "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"}
_FURNISH = """
import json
from accounts.models import User
from tests.furnished import furnish, give_factors
for name, secret in {secrets}.items():
    give_factors(User.objects.get(email=f"{{name}}@example.com"), secret)
print(json.dumps(furnish(User.objects.get(email="ada@example.com"))))
"""
_PENDING = (
    "from videos.models import Video;"
    "Video.objects.filter(pk={video!r}).update(moderation='pending')"
)
_FAILED = (
    "from videos.models import Track;"
    "from videos.tracks import services;"
    "services.fail(Track.objects.get(pk={track!r}), 'captions_pictures',"
    " 'The captions are pictures, not text. Convert them to text first.')"
)
_AUDIO = ["-f", "lavfi", "-i", "sine=220:d={seconds}", "-c:a", "aac"]
_CLIPS: Mapping[str, tuple[str, int]] = {
    "Light on water": ("gradients=s=1280x720:r=12:n=4:c0=0x0b2545:c1=0x8da9c4:c2=0xeef4ed", 4),
    "Upright": ("gradients=s=360x640:r=12:n=3:c0=0x582f0e:c1=0xddb892:c2=0x7f5539", 3),
    "Three to two": ("gradients=s=720x480:r=12:n=3:c0=0x132a13:c1=0xecf39e:c2=0x4f772d", 3),
    "Test card": ("testsrc2=s=640x360:r=12", 3),
}


@dataclass
class Scene:
    """The site, its users, the ids of its videos, folders and tracks by name, and what other links
    need: the ids of webhooks, and secrets."""

    site: Vodloom
    staff: Person
    people: dict[str, Person]
    videos: dict[str, str] = field(default_factory=dict)
    folders: dict[str, str] = field(default_factory=dict)
    tracks: dict[str, str] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Person:
        return self.people[name]


def make(site: Vodloom, folder: Path) -> Scene:
    """Create the users and the videos; the processing in progress is frozen until ``go_on``."""
    email, password = site.manage("create_demo_user").split()
    people = _people(site)
    made = Scene(site, Person(site, email, password), people)
    invitation = site.manage("invite", "guest@example.com", "--role", "moderator")
    made.links["invitation"] = invitation.strip().strip("/").rpartition("/")[2]
    _upload_all(made, folder)
    code = _FURNISH.format(secrets=_TOTP)
    made.links |= json.loads(site.manage("shell", "--verbosity", "0", "--command", code))
    return made


def _people(site: Vodloom) -> dict[str, Person]:
    code = _PEOPLE.format(people=list(_ACCOUNTS), password=PASSWORD)
    site.manage("shell", "--command", code)
    return {
        name: Person(site, f"{name}@example.com", PASSWORD, _TOTP.get(name, ""))
        for name, _ in _ACCOUNTS
    }


def _upload_all(made: Scene, folder: Path) -> None:
    ada = made["ada"]
    for title, (picture, seconds) in _CLIPS.items():
        clip = draw(folder / f"{title}.mp4", picture, seconds)
        made.videos[_key(title)] = ada.upload(clip)
    made.videos["sound"] = ada.upload(_tone(folder / "A quiet tone.m4a"))
    broken = folder / "Cut short.mp4"
    broken.write_bytes((folder / "Light on water.mp4").read_bytes()[:40_000])
    made.videos["failed"] = ada.upload(broken)
    for video in made.videos.values():
        wait_until(lambda video=video: _has_all(ada, video), "it has its pictures", _SECONDS)  # type: ignore[misc]
    _give_texts(made)
    _share(made)
    _sort_into_folders(made)
    _keep_images(made, folder)
    _write_tracks(made)
    trashed = ada.upload(folder / "Three to two.mp4")
    made.videos["trashed"] = trashed
    _edit(ada, trashed, title="An early cut")
    assert ada.ask("DELETE", f"/api/v1/videos/{trashed}/").status_code == 204
    _leave_unfinished(made, folder)


def _give_texts(made: Scene) -> None:
    """Give captions in two languages, one written from right to left, and chapters."""
    ada = made["ada"]
    lines = [
        "The tide turns at six.",
        "Before that, nothing moves.\nNot even the boats.",
        "- Do you hear it?\n- The water?",
        "Then the light comes over the wall.",
    ]
    english = "".join(_second(number, text) for number, text in enumerate(lines))
    arabic = _second(0, "مرحبا بكم في الميناء") + _second(1, "الماء هادئ اليوم")
    chapters = "".join(
        _second(number, name) for number, name in enumerate(("Before dawn", "Light", "The boats"))
    )
    for name in ("light_on_water", "sound"):
        video = made.videos[name]
        captioned.add(ada, video, english, kind="captions", language="en", default="true")
        captioned.add(ada, video, arabic, kind="subtitles", language="ar")
        captioned.add(ada, video, chapters, kind="chapters", language="en")


def _second(number: int, text: str) -> str:
    return captioned.cue(f"00:0{number}.000", f"00:0{number + 1}.000", text)


def _share(made: Scene) -> None:
    ada, videos = made["ada"], made.videos
    words = "The harbour from the east pier, on a morning without wind."
    _edit(ada, videos["light_on_water"], visibility="public", description=words)
    _edit(ada, videos["upright"], visibility="unlisted")
    _edit(ada, videos["test_card"], visibility="public")
    made.site.manage("shell", "--command", _PENDING.format(video=videos["test_card"]))


def _sort_into_folders(made: Scene) -> None:
    """Make an empty folder, one in others, one with a video, and one of many folders."""
    ada = made["ada"]
    trips = made.folders["trips"] = _folder(ada, "Trips")
    alps = _folder(ada, "A walk across the Alps from Lake Geneva to the sea", trips)
    made.folders["nested"] = _folder(ada, "Day three", alps)
    made.folders["empty"] = _folder(ada, "To be sorted")
    archive = made.folders["many"] = _folder(ada, "Archive")
    for year in range(2003, 2027):
        _folder(ada, str(year), archive)
    for name, folder in (("test_card", trips), ("upright", made.folders["nested"])):
        edit = {"folder": folder, "tags": ["mountains", "by foot", "with friends"]}
        assert ada.ask("PATCH", f"/api/v1/videos/{made.videos[name]}/", json=edit).ok


def _folder(person: Person, name: str, parent: str | None = None) -> str:
    answer = person.ask("POST", "/api/v1/folders/", json={"name": name, "parent": parent})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def _keep_images(made: Scene, folder: Path) -> None:
    """Upload images of all shapes, most of them into a folder."""
    shapes = {
        "A_ridge_in_the_morning.jpg": (1600, 900, "0x0b2545", "0x8da9c4"),
        "Portrait.jpg": (600, 900, "0x582f0e", "0xddb892"),
        "A very wide view of all that can be seen from up there.jpg": (
            1800,
            400,
            "0x132a13",
            "0xecf39e",
        ),
        "Square.png": (800, 800, "0x7f5539", "0xeef4ed"),
        "tiny.png": (24, 16, "0x3c096c", "0xff9e00"),
    }
    ada = made["ada"]
    for number, (name, (width, height, one, other)) in enumerate(shapes.items()):
        picture = f"gradients=s={width}x{height}:n=2:c0={one}:c1={other}:d=1"
        file = folder / name
        command = ["ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i", picture]
        subprocess.run([*command, "-frames:v", "1", str(file)], check=True)
        form = {"tags": '["mountains", "morning"]'} if number % 2 else {}
        if number:
            form["folder"] = made.folders["trips"]
        with file.open("rb") as image:
            answer = ada.ask("POST", "/api/v1/images/", data=form, files={"file": image})
        assert answer.status_code == 201, answer.text


def _write_tracks(made: Scene) -> None:
    """Add tracks of all kinds and in all states to a video."""
    ada, video = made["ada"], made.videos["three_to_two"]
    long = "A line with far more than forty-two characters in it, which is hard to read\nb\nc"
    texts = ["The harbour.", "<i>Gulls cry.</i>", long, "No wind today, and nobody is here."]
    cues = [(n * 0.9, n * 0.9 + 1, text) for n, text in enumerate(texts)]
    made.tracks["captions"] = add_track(ada, video, cues, default=True)
    parts = [(0.0, 1.5, "Out of the harbour"), (1.5, 4.0, "Along the east pier")]
    made.tracks["chapters"] = add_track(ada, video, parts, kind="chapters")
    made.tracks["disputed"] = add_track(ada, video, cues, kind="subtitles", language="de")
    made.tracks["blank"] = add_track(ada, video, [], kind="subtitles", language="fr")
    failed = add_track(ada, video, [], kind="subtitles", language="", label="Track 3 of the file")
    made.site.manage("shell", "--command", _FAILED.format(track=failed))


def _leave_unfinished(made: Scene, folder: Path) -> None:
    """Leave one video canceled, one waiting, and one in the middle of its processing."""
    ada, site = made["ada"], made.site
    canceled = ada.upload(draw(folder / "Second thoughts.mp4", "testsrc2=s=320x180:r=12", 20))
    if ada.ask("POST", f"/api/v1/videos/{canceled}/cancel/").status_code == 202:
        made.videos["canceled"] = canceled
    working = ada.upload(draw(folder / "The long way home.mp4", "testsrc2=s=1280x720:r=25", 24))
    made.videos["working"] = working
    wait_until(lambda: _percent(ada, working) > 5, "it is being made", _SECONDS)
    wait_until(lambda: _freeze(site), "they hold still", _SECONDS)
    made.videos["waiting"] = ada.upload(folder / "Three to two.mp4")
    _edit(ada, made.videos["waiting"], title="Last in the queue")


def _freeze(site: Vodloom) -> bool:
    """Freeze what works on videos, but let it go on and return False if it was frozen while it held
    the lock of the database."""
    for name in ("encode", "light", "reconciler"):
        site.processes[name].send_group(signal.SIGSTOP)
    database = sqlite3.connect(site.data / "vodloom.sqlite3", timeout=1, isolation_level=None)
    try:
        database.execute("BEGIN IMMEDIATE")
        database.execute("ROLLBACK")
    except sqlite3.OperationalError:
        go_on(site)
        return False
    finally:
        database.close()
    return True


def go_on(site: Vodloom) -> None:
    """Let the frozen processes go on."""
    for name in ("encode", "light", "reconciler"):
        site.processes[name].send_group(signal.SIGCONT)


def _has_all(person: Person, video: str) -> bool:
    """Whether the job is over, and with it the pictures."""
    return person.ask("GET", f"/api/v1/videos/{video}/").json()["job"]["status"] in _OVER


def _percent(person: Person, video: str) -> float:
    now = person.ask("GET", f"/api/v1/videos/{video}/status/").json()
    assert now["status"] == "processing", now
    return float(now["progress"]["percent"])


def _edit(person: Person, video: str, **fields: str) -> None:
    answer = person.ask("PATCH", f"/api/v1/videos/{video}/", json=fields)
    assert answer.status_code == 200, answer.text


def _key(title: str) -> str:
    return title.lower().replace(" ", "_")


def draw(path: Path, picture: str, seconds: int) -> Path:
    """Make a clip of a generated picture with a tone."""
    command = ["ffmpeg", "-v", "error", "-nostdin", "-y", "-f", "lavfi", "-t", str(seconds)]
    command += ["-i", picture, *(one.format(seconds=seconds) for one in _AUDIO), "-shortest"]
    command += ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", str(path)]
    subprocess.run(command, check=True)
    return path


def _tone(path: Path) -> Path:
    command = ["ffmpeg", "-v", "error", "-nostdin", "-y", "-f", "lavfi", "-i", "sine=330:d=30"]
    subprocess.run([*command, "-c:a", "aac", str(path)], check=True)
    return path


def logged_in(browser: Browser, person: Person | None, **options: object) -> BrowserContext:
    """Return a browser context in which a user is logged in, or nobody."""
    context = browser.new_context(**options)  # type: ignore[arg-type]  # playwright's own names
    if person is not None:
        page = context.new_page()
        person.log_in(page)
        page.close()
    return context
