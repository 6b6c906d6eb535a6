"""A lock file is installed exactly as written, whatever has been released since."""

from __future__ import annotations

import importlib.metadata
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from scripts import venv
from tests.servers import package_index
from tests.servers.package_index import NEWER, Pinned, pinned

ROOT = Path(__file__).resolve().parents[2]
# Each of the others is a part of one of the two that hold most, "production" and "dev".
LOCKS = (
    "production",
    pytest.param("dev", marks=pytest.mark.thorough),
    pytest.param("base", marks=pytest.mark.thorough),
    pytest.param("test", marks=pytest.mark.thorough),
)
REQUIREMENTS = ROOT / "requirements"
pytestmark = pytest.mark.slow


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty index, the only one that pip and uv are configured to use."""
    for name in list(os.environ):
        if name.startswith(("PIP_", "UV_")):
            monkeypatch.delenv(name)
    folder = tmp_path / "index"
    folder.mkdir()
    with package_index.serving(folder) as address:
        monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
        monkeypatch.setenv("PIP_INDEX_URL", address)
        monkeypatch.setenv("PIP_NO_CACHE_DIR", "1")
        monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "uv"))
        monkeypatch.setenv("UV_NO_CONFIG", "1")
        yield folder


@pytest.fixture
def environment(tmp_path: Path) -> Path:
    """A virtual environment that holds only the installer."""
    folder = tmp_path / "environment"
    venv.create(folder)
    return folder


def installed(environment: Path, by: str) -> dict[str, str]:
    """Return the versions of the installed packages by name."""
    folders = [str(folder) for folder in environment.glob("lib/python*/site-packages")]
    found = importlib.metadata.distributions(path=folders)
    ours = [each for each in found if (each.read_text("INSTALLER") or "").strip() == by]
    return {canonicalize_name(each.metadata["Name"]): each.version for each in ours}


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_is_installed_although_everything_has_a_newer_release(
    index: Path, environment: Path, name: str
) -> None:
    uv = Path(sys.prefix, "bin", "uv")
    if not uv.exists():
        pytest.skip("uv has no wheel for this system; pip installs the locks here")
    (environment / "bin" / "uv").symlink_to(uv)
    lock = package_index.publish(index, REQUIREMENTS / f"{name}.txt")
    venv.install(environment, lock, REQUIREMENTS / "installer.txt")
    assert installed(environment, "uv") == pinned_here(lock)


@pytest.mark.thorough
def test_pip_installs_a_lock_where_there_is_no_uv(index: Path, environment: Path) -> None:
    lock = package_index.publish(index, REQUIREMENTS / "production.txt")
    venv.pip(environment)  # may need a pip of the environment's own, which Python brings
    before = installed(environment, "pip")
    venv.install(environment, lock, REQUIREMENTS / "installer.txt")
    assert not (environment / "bin" / "uv").exists()
    assert installed(environment, "pip") == before | pinned_here(lock)


def test_an_installer_that_resolves_refuses_the_same_lock(index: Path, environment: Path) -> None:
    """This shows that the index offers newer versions, as a real one does."""
    lock = package_index.publish(index, REQUIREMENTS / "base.txt")
    words = [*venv.pip(environment), "install", "--dry-run", "--require-hashes", "-r", str(lock)]
    refused = subprocess.run(words, capture_output=True, text=True, check=False)
    assert refused.returncode != 0
    assert NEWER in refused.stderr


@pytest.mark.parametrize("name", ["production", "site", "speech-pocketsphinx", "test"])
def test_a_lock_has_all_that_its_packages_require(name: str) -> None:
    lock = [each for each in pinned(REQUIREMENTS / f"{name}.txt") if each.applies]
    versions = {each.name: each.version for each in lock}
    extras = {each.name: each.requirement.extras for each in lock}
    for package in lock:
        for wanted in required(package):
            there = canonicalize_name(wanted.name)
            assert wanted.specifier.contains(versions[there], prereleases=True), wanted
            assert wanted.extras <= extras[there], wanted


def test_yt_dlp_has_all_that_it_recommends_but_what_its_licence_forbids() -> None:
    lock = pinned_here(REQUIREMENTS / "site.txt")
    wanted = [Requirement(line) for line in importlib.metadata.requires("yt-dlp") or []]
    default = [one for one in wanted if one.marker and one.marker.evaluate({"extra": "default"})]
    assert len(default) > 5
    for one in default:
        name = canonicalize_name(one.name)
        assert name == "mutagen" or one.specifier.contains(lock[name], prereleases=True), one
    assert "mutagen" not in lock  # GPL; it only embeds pictures


def required(package: Pinned) -> Iterator[Requirement]:
    """Yield the requirements of a package that apply here, with the extras it is pinned with."""
    for line in importlib.metadata.requires(package.name) or []:
        wanted = Requirement(line)
        given = [{"extra": extra} for extra in ("", *package.requirement.extras)]
        if wanted.marker is None or any(wanted.marker.evaluate(extra) for extra in given):
            yield wanted


def pinned_here(lock: Path) -> dict[str, str]:
    """Return the versions by name that a lock file pins for this Python and system."""
    return {each.name: each.version for each in pinned(lock) if each.applies}
