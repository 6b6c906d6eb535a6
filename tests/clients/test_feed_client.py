"""The feed's client for JavaScript has sound types, for itself and for those who use it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.clients import tools

pytestmark = [pytest.mark.thorough, pytest.mark.timeout(600)]

USE = """
import { VodloomFeed } from "./feed.js";

const feed = new VodloomFeed({ key: async () => "vl_x", videos: ["a"], ways: ["socket", "poll"] });
const cursor: string | undefined = feed.cursor;
feed.begin(cursor);
for await (const message of feed) {
    const kind: string | undefined = message.event;
    console.log(kind, message.payload?.title);
}
// @ts-expect-error There is no such way.
new VodloomFeed({ ways: ["pigeon"] });
"""


def test_typescript_finds_its_types_sound(tmp_path: Path) -> None:
    modules = tools.node_tools() / "node_modules"
    shutil.copy(tools.ROOT / "static/vodloom/feed.js", tmp_path)
    (tmp_path / "use.ts").write_text(USE)
    options = {
        "allowJs": True,
        "checkJs": True,
        "strict": True,
        "noEmit": True,
        "target": "es2022",
        "module": "es2022",
        "moduleResolution": "bundler",
        "lib": ["es2023", "dom", "dom.iterable"],
        "types": [],
    }
    config = {"compilerOptions": options, "files": ["feed.js", "use.ts"]}
    (tmp_path / "tsconfig.json").write_text(json.dumps(config))
    node = str(tools.node() / "node")
    compiler = str(modules / "typescript" / "bin" / "tsc")
    tools.run([node, compiler, "-p", str(tmp_path)], tmp_path)
