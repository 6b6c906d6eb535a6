"""Update the code under static/vendor and tests/browser/vendor: `python -m scripts.vendor`.

It needs npm and Chromium. It fetches the versions pinned below, checks their pinned hashes, and
keeps only the files that pages or tests load. It also writes the hashes of the styles that
media-chrome puts into its shadow roots: the Content-Security-Policy allows exactly those. Uppy is
bundled into one module of what scripts/uppy pins.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parents[1]
VENDOR = ROOT / "static" / "vendor"
FOR_TESTS = ROOT / "tests" / "browser" / "vendor"
UPPY = ROOT / "scripts" / "uppy"
STYLES = VENDOR / "media-chrome.styles.txt"


@dataclass(frozen=True)
class Package:
    """A package: its version, the SHA-512 of its archive in the registry's notation, and its files
    with the names they get here."""

    name: str
    version: str
    integrity: str
    files: dict[str, str]
    kept_in: Path = VENDOR

    @property
    def folder(self) -> Path:
        """The folder of the package's files."""
        return self.kept_in / f"{self.name}-{self.version}"


HLS = Package(
    "hls.js",
    "1.7.4",
    "sha512-3GlxGdPvT2YHvQYOt+yOzT/DEior/qJVNIylHA77kgeoBTdQQqi70GwefNEUmHQeNGyjC8U62+bruqW/Tpm+tg==",
    {"dist/hls.min.mjs": "hls.min.js", "dist/hls.worker.js": "hls.worker.js", "LICENSE": "LICENSE"},
)
MEDIA_CHROME = Package(
    "media-chrome",
    "4.19.4",
    "sha512-QAL48kT03+InLijPzXN1end9fcsl0/l53j1laCfbt/79vF2iZ45dovv4wQMw2q9zOLEiDwWsB718NJPhtZUBDg==",
    {"dist/iife/all.js": "media-chrome.js", "LICENSE": "LICENSE"},
)
SHAKA = Package(
    "shaka-player",
    "5.2.12",
    "sha512-vEsuVDI3+oLh+yqpjXexQZlg2XMUBI0VrqatDuKWacPaxAud6Uph5uCowUPLhUgNG5XKWCpoM4l1r8qYzWH+zg==",
    {"dist/shaka-player.compiled-es2021.js": "shaka-player.js", "LICENSE": "LICENSE"},
    kept_in=FOR_TESTS,
)
AXE = Package(
    "axe-core",
    "4.14.1",
    "sha512-FHfa+lmNjQZfJz1q8wKqIDwC6DExcHt/pkjNQb09a3NPjCKg2rhu5qb2S4r76ASyFNNtuFooJpZe37OgudVGtQ==",
    {"axe.min.js": "axe.js", "LICENSE": "LICENSE"},
    kept_in=FOR_TESTS,
)

# Creates every element that the bundle defines once, and returns the styles in its shadow root.
_COLLECT_STYLES = """() => {
  const found = new Set([""]);
  for (const name of window.defined) {
    const root = document.createElement(name).shadowRoot;
    for (const style of root?.querySelectorAll("style") ?? []) found.add(style.textContent);
  }
  return [...found];
}"""
_NOTE_NAMES = """
window.defined = [];
const define = customElements.define.bind(customElements);
customElements.define = (name, ...rest) => { window.defined.push(name); define(name, ...rest); };
"""


def main() -> None:
    """Fetch the packages and compute the hashes of the styles."""
    for package in (HLS, MEDIA_CHROME, SHAKA, AXE):
        _fetch(package)
    _bundle_uppy()
    hashes = sorted(_hash(style) for style in _styles(MEDIA_CHROME.folder / "media-chrome.js"))
    STYLES.write_text("\n".join(hashes) + "\n")


def _fetch(package: Package) -> None:
    with tempfile.TemporaryDirectory() as name:
        wanted = f"{package.name}@{package.version}"
        subprocess.run(["npm", "pack", "--silent", wanted], cwd=name, check=True)
        archive = next(Path(name).glob("*.tgz"))
        _require(package, archive.read_bytes())
        with tarfile.open(archive) as tar:
            # Debian 12's Python has no `filter` argument for extractall.
            tar.extraction_filter = getattr(tarfile, "data_filter", None)
            tar.extractall(name)
        shutil.rmtree(package.folder, ignore_errors=True)
        package.folder.mkdir(parents=True)
        for path, ours in package.files.items():
            text = (Path(name) / "package" / path).read_text()
            (package.folder / ours).write_text(_without_map(text))


def _bundle_uppy() -> None:
    """Bundle Uppy, with the licences of all packages in the bundle."""
    pinned = json.loads((UPPY / "package.json").read_text())["dependencies"]
    folder = VENDOR / f"uppy-{pinned['@uppy/core']}"
    with tempfile.TemporaryDirectory() as name:
        shutil.copytree(UPPY, name, dirs_exist_ok=True)
        subprocess.run(["npm", "ci", "--silent"], cwd=name, check=True)
        bundle, facts = Path(name) / "uppy.js", Path(name) / "facts.json"
        argv = ["node_modules/.bin/esbuild", "entry.js", "--bundle", "--minify", "--format=esm"]
        argv += ["--target=es2022", "--legal-comments=none", "--log-level=warning"]
        argv += [f"--outfile={bundle}", f"--metafile={facts}"]
        subprocess.run(argv, cwd=name, check=True)
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        shutil.copy(bundle, folder)
        inputs = json.loads(facts.read_text())["inputs"]
        (folder / "LICENSES.txt").write_text(_licences(Path(name), inputs))


def _licences(folder: Path, inputs: Iterable[str]) -> str:
    """Return the licences of the packages whose files are among the bundle's ``inputs``."""
    found = (re.match(r"(node_modules/(?:@[^/]+/)?[^/]+)/", path) for path in inputs)
    told = []
    for package in sorted({match[1] for match in found if match}):
        facts = json.loads((folder / package / "package.json").read_text())
        texts = [path for path in (folder / package).iterdir() if path.stem.upper() == "LICENSE"]
        text = texts[0].read_text().strip() if texts else f"Licence: {facts['license']}"
        told.append(f"{facts['name']} {facts['version']}\n\n{text}\n")
    return f"\n{'-' * 80}\n\n".join(told)


def _require(package: Package, archive: bytes) -> None:
    digest = base64.b64encode(hashlib.sha512(archive).digest()).decode()
    if package.integrity != f"sha512-{digest}":
        raise SystemExit(
            f"{package.name} {package.version} is not what was pinned: sha512-{digest}"
        )


def _without_map(text: str) -> str:
    """Remove the reference to a source map, which is larger than the code and not kept."""
    return re.sub(r"^//# sourceMappingURL=.*\n?", "", text, flags=re.MULTILINE)


def _styles(bundle: Path) -> list[str]:
    with sync_playwright() as playwright:
        chromium = shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page()
        page.add_init_script(_NOTE_NAMES)
        page.goto("about:blank")
        page.add_script_tag(path=bundle)
        styles: list[str] = page.evaluate(_COLLECT_STYLES)
        browser.close()
        return styles


def _hash(style: str) -> str:
    digest = hashlib.sha256(style.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"


if __name__ == "__main__":
    main()
