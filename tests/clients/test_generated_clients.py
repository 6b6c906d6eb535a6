"""Clients that others' tools generate from the API's description, unchanged, against the product
as it runs: upload, ready, change, process again, delete."""

from __future__ import annotations

import json
import shutil
import urllib.request
from pathlib import Path

import pytest

from tests.clients import tools
from tests.servers.app import Vodloom
from videos.api.schema.protocols.spoken import TUS_BYTES

pytestmark = [pytest.mark.thorough, pytest.mark.timeout(900)]

WALKS = tools.HERE / "walks"


@pytest.fixture(scope="module")
def key(vodloom: Vodloom) -> str:
    """A key of somebody who uploads."""
    vodloom.manage("create_demo_user")
    return vodloom.manage("create_api_key", "demo@example.com", "--name", "clients").strip()


@pytest.fixture
def folder(vodloom: Vodloom, tmp_path: Path) -> Path:
    """A folder with the description as it is served."""
    with urllib.request.urlopen(f"{vodloom.url}/api/v1/schema/?format=json") as answer:
        (tmp_path / "openapi.json").write_bytes(answer.read())
    return tmp_path


def test_a_python_client(vodloom: Vodloom, key: str, folder: Path, clip: Path) -> None:
    commands = tools.python_tools("generator")
    config = {
        "project_name_override": "vodloom_client",
        "package_name_override": "vodloom_client",
        "post_hooks": [],
        # It knows no content type of bytes but one.
        "content_type_overrides": {TUS_BYTES: "application/octet-stream"},
    }
    (folder / "config.json").write_text(json.dumps(config))
    said = tools.run(
        [
            str(commands / "openapi-python-client"),
            *("generate", "--path", "openapi.json", "--config", "config.json", "--meta", "none"),
            "--fail-on-warning",
        ],
        folder,
    )
    assert "Warning" not in said
    walk = [str(commands / "python"), str(WALKS / "walk.py"), vodloom.url, key, str(clip)]
    assert "walked" in tools.run(walk, folder, PYTHONPATH=str(folder), PYTHONWARNINGS="error")


@pytest.mark.parametrize("kind", ["fetch", "hey"])
def test_a_typescript_client(
    kind: str, vodloom: Vodloom, key: str, folder: Path, clip: Path
) -> None:
    npx = _npx(folder)
    for name in ("tsconfig.json", f"{kind}.ts", "generate_types.mjs"):
        shutil.copy(WALKS / name, folder)
    (folder / "package.json").write_text('{"type": "module"}')
    if kind == "fetch":
        node = str(tools.node() / "node")
        tools.run([node, "generate_types.mjs", "openapi.json", "schema.ts"], folder)
    else:
        tools.run([*npx, "openapi-ts", "-i", "openapi.json", "-o", "client"], folder)
    tools.run([*npx, "tsc", "--project", "."], folder)
    walk = [*npx, "tsx", f"{kind}.ts", vodloom.url, key, str(clip)]
    assert "walked" in tools.run(walk, folder)


def test_redocly_finds_no_fault(folder: Path) -> None:
    told = tools.run(
        [*_npx(folder), "redocly", "lint", "--format", "json", "openapi.json"],
        folder,
        REDOCLY_TELEMETRY="off",
        REDOCLY_SUPPRESS_UPDATE_NOTICE="true",
    )
    found = json.loads(told)
    assert found["totals"]["errors"] == 0, told[-3000:]
    assert found["totals"]["warnings"] == 0, told[-3000:]


def test_asyncapis_parser_finds_no_fault(vodloom: Vodloom, folder: Path) -> None:
    _npx(folder)
    with urllib.request.urlopen(f"{vodloom.url}/api/v1/schema/feed/") as answer:
        (folder / "feed.json").write_bytes(answer.read())
    shutil.copy(WALKS / "check_feed.mjs", folder)
    told = tools.run([str(tools.node() / "node"), "check_feed.mjs", "feed.json"], folder)
    assert told.strip() == "[]"


def _npx(folder: Path) -> list[str]:
    """The words that run a tool in a folder, which gets the tools' modules."""
    (folder / "node_modules").symlink_to(tools.node_tools() / "node_modules")
    return [str(tools.node() / "npx"), "--no-install"]
