"""`make run` starts, survives the death of its parts, and leaves nothing behind."""

from __future__ import annotations

import os
import platform
import pty
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Protocol

import pytest

from tests.servers import prepared
from tests.servers.process import Process, free_port, wait_until

ROOT = Path(__file__).resolve().parents[2]
pytestmark = [pytest.mark.alone, pytest.mark.skipif(not Path("/proc").exists(), reason="Linux")]


class MakeRun:
    """One `make run` on a data folder of its own."""

    def __init__(self, data: Path, log: Path) -> None:
        self.data = data
        self.port = free_port()
        self.words = ["make", "run", f"PORT={self.port}", f"DATA={data}"]
        ours = ("PATH", "HOME", "LANG")
        self.environment = {name: os.environ[name] for name in ours if name in os.environ}
        self.process = Process(
            "make run", self.words, log=log, environment=self.environment, folder=ROOT
        )

    def start(self) -> None:
        self.process.log.unlink(missing_ok=True)
        self.process.start()
        self.process.wait_until(lambda: "is ready" in self.said, "ready")

    @property
    def said(self) -> str:
        return self.process.log.read_text()

    @property
    def launcher(self) -> int:
        return int((self.data / "run" / "lock").read_text())

    @property
    def supervisor(self) -> int:
        return int((self.data / "run" / "supervisord.pid").read_text())

    def member(self, name: str) -> int:
        """Return the process id of a supervised process; 0 if it does not run."""
        for entry in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
                seen = (entry / "environ").read_bytes().split(b"\0")
                worker = b"VODLOOM_WORKER_NAME=%s-%d-%s" % (
                    os.fsencode(platform.node()),
                    self.port,
                    os.fsencode(name),
                )
                if worker in seen and parent == self.supervisor:
                    return int(entry.name)
        return 0

    def manage(self, *arguments: str) -> str:
        words = [sys.executable, "manage.py", *arguments]
        environment = self.environment | {"DATA": str(self.data)}
        done = subprocess.run(words, cwd=ROOT, env=environment, stdout=subprocess.PIPE, check=True)
        return done.stdout.decode().strip()

    def left(self) -> list[str]:
        """Return the processes that still run on this data folder."""
        found = []
        for entry in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                words = (entry / "cmdline").read_bytes() + (entry / "environ").read_bytes()
                if os.fsencode(self.data / "run") in words:
                    found.append(words[:200].decode(errors="replace"))
        return found

    def wait_until_stopped(self) -> None:
        began = time.monotonic()
        wait_until(lambda: not self.process.is_running, "make has ended", 60)
        assert time.monotonic() - began < 20
        assert self.left() == []

    def serves(self) -> bool:
        with suppress(OSError):
            url = f"http://127.0.0.1:{self.port}/readyz"
            with urllib.request.urlopen(url, timeout=5) as response:
                return bool(response.status == 200)
        return False


def children(pid: int) -> list[int]:
    """Return the children of a process that is single-threaded or forks in its main thread."""
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def is_gone(pid: int) -> bool:
    """Whether a process has ended, even if it is still a zombie."""
    with suppress(OSError):
        return not Path(f"/proc/{pid}/environ").read_bytes()
    return True


class Another(Protocol):
    """Creates one more copy with the given data folder."""

    def __call__(self, data: Path) -> MakeRun: ...


@pytest.fixture
def another(tmp_path: Path) -> Iterator[Another]:
    """A function that creates copies, which are stopped at the end of the test."""
    made: list[MakeRun] = []

    def make(data: Path) -> MakeRun:
        made.append(MakeRun(data, tmp_path / f"make-{len(made)}.log"))
        return made[-1]

    yield make
    for run in made:
        run.process.stop()
    for run in made:
        wait_until(lambda left=run.left: left() == [], "nothing is left", 60)  # type: ignore[misc]


@pytest.fixture
def make_run(another: Another, tmp_path: Path) -> MakeRun:
    """A copy in a folder with a long and awkward name."""
    return another(tmp_path / ("data; 'é' " + "long" * 20))


def test_it_starts_and_a_second_start_sets_nothing_up_again(make_run: MakeRun) -> None:
    make_run.start()
    ready = f"Vodloom is ready at http://127.0.0.1:{make_run.port}\n"
    assert make_run.serves()
    assert make_run.said.count(ready) == 1
    assert re.search(r"^Log in as \S+@\S+ with the password \S+ ", make_run.said, re.MULTILINE)
    assert (make_run.data.stat().st_mode & 0o777) == 0o700
    assert ((make_run.data / "vodloom.env").stat().st_mode & 0o777) == 0o600
    collected = _written_in(make_run.data / "static")

    make_run.process.send(signal.SIGTERM)
    make_run.wait_until_stopped()
    make_run.start()
    assert make_run.said.endswith(ready)
    assert not re.search("Installing|Log in as", make_run.said)
    assert _written_in(make_run.data / "static") == collected

    os.kill(make_run.launcher, signal.SIGTERM)
    make_run.wait_until_stopped()


def _written_in(folder: Path) -> dict[str, int]:
    """Return when each file in a folder was written, in nanoseconds."""
    return {str(path): path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()}


@pytest.mark.thorough
def test_ctrl_c_stops_it(make_run: MakeRun) -> None:
    # A pseudo-terminal sends SIGINT to all foreground processes, as a person's terminal does.
    pid, terminal = pty.fork()
    if pid == 0:
        # Background processes of a script ignore SIGINT, and this child would inherit that.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        os.chdir(ROOT)
        os.execvpe("make", make_run.words, make_run.environment)
    try:
        wait_until(make_run.serves, "serving")
        os.write(terminal, b"\x03")
        began = time.monotonic()
        _read_to_the_end(terminal)
        os.waitpid(pid, 0)
        assert time.monotonic() - began < 20
    except BaseException:
        os.killpg(pid, signal.SIGTERM)  # or the whole copy would outlive the test
        raise
    finally:
        os.close(terminal)
    assert make_run.left() == []


def _read_to_the_end(terminal: int) -> None:
    with suppress(OSError):
        while os.read(terminal, 4096):
            pass


@pytest.fixture
def prepared_run(make_run: MakeRun) -> MakeRun:
    """A copy in whose folder the tables and the static files are already."""
    make_run.data.mkdir(mode=0o700)
    prepared.static_files(make_run.data / "static")
    prepared.sqlite(make_run.data / "vodloom.sqlite3")
    return make_run


def test_what_is_killed_comes_back(prepared_run: MakeRun) -> None:
    prepared_run.start()
    names = ["redis", "web", "reconciler", "light", "encode-0"]
    before = {name: prepared_run.member(name) for name in names}
    for pid in before.values():
        os.kill(pid, signal.SIGKILL)
    for name, pid in before.items():
        wait_until(lambda n=name, p=pid: prepared_run.member(n) not in (0, p), f"{name} is back")  # type: ignore[misc]
    wait_until(prepared_run.serves, "serving again")


@pytest.mark.thorough
def test_a_stop_in_the_middle_of_an_encode_hands_it_back(make_run: MakeRun, tmp_path: Path) -> None:
    clip = tmp_path / "clip.mp4"
    frame = "testsrc2=size=1920x1080:rate=30:duration=60"
    make_clip = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", frame, "-c:v", "libx264"]
    subprocess.run([*make_clip, "-preset", "ultrafast", str(clip)], check=True)
    make_run.start()
    email = re.findall(r"^Log in as (\S+)", make_run.said, re.MULTILINE)[0]
    make_run.manage("import_file", str(clip), "--owner", email)
    state = "from processing.models import Task; print(Task.objects.filter({}).count())"
    encoding = state.format("kind='encode', state='running', progress__gt=0.02")
    wait_until(lambda: make_run.manage("shell", "-v0", "-c", encoding) != "0", "encoding")

    make_run.process.send(signal.SIGTERM)
    make_run.wait_until_stopped()

    for count, wanted in {"kind='encode', state='ready'": True, "crashes__gt=0": False}.items():
        assert (make_run.manage("shell", "-v0", "-c", state.format(count)) != "0") == wanted


@pytest.mark.parametrize(
    "killed",
    [
        pytest.param("supervisor", marks=pytest.mark.thorough),
        pytest.param("launcher", marks=pytest.mark.thorough),
        "both",
    ],
)
def test_after_a_kill_of_those_in_charge_the_next_start_works(
    prepared_run: MakeRun, killed: str
) -> None:
    prepared_run.start()
    victims = {"supervisor": prepared_run.supervisor, "launcher": prepared_run.launcher}
    for name, pid in victims.items():
        if killed in (name, "both"):
            os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not prepared_run.process.is_running, "make has ended", 60)
    wait_until(lambda: prepared_run.left() == [], "nothing is left", 40)

    prepared_run.start()
    assert prepared_run.serves()


@pytest.mark.thorough
def test_a_start_right_after_a_kill_waits_for_what_is_still_stopping(make_run: MakeRun) -> None:
    make_run.start()
    for pid in (make_run.launcher, make_run.supervisor):
        os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not make_run.process.is_running, "make has ended", 60)
    make_run.start()
    assert make_run.serves()


@pytest.mark.thorough
def test_a_worker_does_not_outlive_its_master(make_run: MakeRun) -> None:
    make_run.start()
    master = make_run.member("light")
    wait_until(lambda: children(master) != [], "the worker was started")
    workers = children(master)
    os.kill(master, signal.SIGKILL)
    for pid in workers:
        wait_until(lambda p=pid: is_gone(p), "the worker has ended")  # type: ignore[misc]


@pytest.mark.thorough
def test_a_second_copy_runs_beside_it_but_not_on_the_same_data(
    make_run: MakeRun, another: Another, tmp_path: Path
) -> None:
    make_run.start()
    second = another(tmp_path / "second")
    second.start()
    assert make_run.serves()
    assert second.serves()
    second.process.send(signal.SIGTERM)
    second.wait_until_stopped()

    same_data = another(make_run.data)
    same_data.process.start()
    wait_until(lambda: not same_data.process.is_running, "refused")
    assert "already running" in same_data.said
    assert make_run.serves()


def test_a_taken_port_is_told(make_run: MakeRun) -> None:
    with socket.socket() as somebody:
        somebody.bind(("127.0.0.1", make_run.port))
        somebody.listen()
        make_run.process.start()
        wait_until(lambda: not make_run.process.is_running, "refused")
    assert f"make run PORT={make_run.port + 1}" in make_run.said
    assert make_run.left() == []


@pytest.mark.thorough
def test_a_moved_data_folder_still_works(
    make_run: MakeRun, another: Another, tmp_path: Path
) -> None:
    make_run.start()
    make_run.process.stop()
    moved = another(tmp_path / "moved")
    make_run.data.rename(moved.data)
    moved.start()
    assert "Log in as" not in moved.said
