"""The containers run what `make run` runs, with settings the product knows."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker" / "compose.yml").read_text())
DOCKERFILE = (ROOT / "docker" / "Dockerfile").read_text()
OURS = {name: service for name, service in COMPOSE["services"].items() if "build" in service}


def known_command(words: list[str]) -> bool:
    """Whether a command is one of those that `make run` uses."""
    match words:
        case ["scripts/program.sh", program]:
            text = (ROOT / "scripts" / "program.sh").read_text()
            return re.search(rf"^{program}\)", text, re.MULTILINE) is not None
        case ["python", "-m", module]:
            return (ROOT / module.replace(".", "/")).with_suffix(".py").exists()
    return False


def test_compose_is_what_compose_takes() -> None:
    schema = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec"]
    done = run([*schema, str(ROOT / "docker" / "compose.yml")])
    assert done.returncode == 0, done.stdout


def test_nothing_is_said_against_the_dockerfile() -> None:
    if shutil.which("hadolint") is None:
        pytest.skip("hadolint is not installed")
    done = run(["hadolint", "--no-color", str(ROOT / "docker" / "Dockerfile")])
    assert (done.returncode, done.stdout) == (0, "")


def run(command: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("name", OURS)
def test_each_service_runs_a_known_command(name: str) -> None:
    assert known_command(OURS[name]["command"])


def test_every_program_has_a_service() -> None:
    assert {"web", "reconciler", "light", "encode", "prepare"} == set(OURS)


def test_the_images_own_commands_are_known() -> None:
    commands = re.findall(r"CMD (\[.*\])", DOCKERFILE)
    assert len(commands) == 2
    assert all(known_command(json.loads(command)) for command in commands)


def test_services_are_given_only_settings_that_exist() -> None:
    known = set(re.findall(r"^([A-Z0-9_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    for service in OURS.values():
        assert set(service["environment"]) <= known | {"HOST"}


def test_containers_make_no_demo_user() -> None:
    for service in OURS.values():
        assert not {"VODLOOM_DEMO", "VODLOOM_RUN"} & set(service["environment"])


def test_the_image_installs_what_the_locks_say_and_resolves_nothing() -> None:
    words = DOCKERFILE.replace("\\\n", " ").split("&&")
    installs = [
        word.split() for line in words for word in line.split("\n") if "pip install" in word
    ]
    assert len(installs) == 2
    assert all({"--no-deps", "--require-hashes"} <= set(install) for install in installs)


def test_the_image_holds_no_secret_and_no_root() -> None:
    assert re.search(r"^USER 10001$", DOCKERFILE, re.MULTILINE)
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    assert {".env", "var", ".git"} <= set(ignored)


def given(name: str, dotenv: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of a service's container for a .env with these values."""
    service = OURS[name]
    assert service["env_file"] == "../.env"  # relative to the folder of compose.yml
    own = {key: interpolated(str(value), dotenv) for key, value in service["environment"].items()}
    return dict(dotenv) | own


def interpolated(text: str, values: Mapping[str, str]) -> str:
    """Interpolate as compose does: ${NAME:-default} and ${NAME:?message}, defaults first."""
    innermost = re.compile(r"\$\{(\w+)(?::[-?]([^${}]*))?\}")
    while found := innermost.search(text):
        value = values.get(found[1]) or found[2] or ""
        text = text[: found.start()] + value + text[found.end() :]
    return text


def example() -> dict[str, str]:
    text = (ROOT / ".env.example").read_text()
    return dict(re.findall(r"^([A-Z0-9_]+)=(.*)$", text, re.MULTILINE))


# Facts of the image, not choices of who runs it.
OF_THE_IMAGE = {
    "DATA": "/data",
    "VODLOOM_STATIC_ROOT": "/app/staticfiles",
    "HOST": "0.0.0.0",  # the container's own
    "PORT": "8000",
}


@pytest.mark.parametrize("name", OURS)
def test_whatever_dotenv_sets_counts_in_the_containers(name: str) -> None:
    dotenv = {key: f"set-{key}" for key in example()}
    assert given(name, dotenv) == dotenv | OF_THE_IMAGE


@pytest.mark.parametrize("name", OURS)
def test_the_example_with_its_secrets_filled_in_works_as_it_is(name: str) -> None:
    secrets = {"SECRET_KEY": "x" * 50, "S3_SECRET_ACCESS_KEY": "y" * 20}
    secrets |= {"POSTGRES_PASSWORD": "p" * 20, "REDIS_PASSWORD": "r" * 20}
    environment = given(name, example() | secrets)
    assert environment["REDIS_URL"] == f"redis://:{'r' * 20}@redis:6379/0"
    assert environment["DATABASE_URL"] == f"postgres://vodloom:{'p' * 20}@postgres:5432/vodloom"
    assert environment["FORWARDED_ALLOW_IPS"] == "172.16.0.0/12"
    assert environment["S3_ENDPOINT_URL"] == "http://minio:9000"
    assert environment["S3_PUBLIC_ENDPOINT_URL"] == "http://localhost:9000"
    assert environment["VODLOOM_SANDBOX"] == "required"


def test_a_bucket_elsewhere_is_found_by_browsers_too() -> None:
    endpoint = "https://s3.eu-west-1.amazonaws.com"
    environment = given("web", example() | {"S3_ENDPOINT_URL": endpoint})
    assert environment["S3_PUBLIC_ENDPOINT_URL"] == endpoint


@pytest.mark.parametrize("name", OURS)
def test_ffmpeg_can_have_its_sandbox(name: str) -> None:
    options = dict(option.split("=", 1) for option in OURS[name]["security_opt"][:2])
    assert (ROOT / "docker" / options["seccomp"]).is_file()
    assert options["apparmor"] == "unconfined"
    assert OURS[name]["cap_drop"] == ["ALL"]
    assert re.search(r"^    VODLOOM_SANDBOX=required\b", DOCKERFILE, re.MULTILINE)


def test_the_image_is_of_a_debian_whose_ffmpeg_has_the_fixes() -> None:
    assert re.search(r"^FROM python:3\.\d+-slim-trixie$", DOCKERFILE, re.MULTILINE)


def test_no_volume_hides_what_the_image_collected() -> None:
    collected = re.search(r"^    VODLOOM_STATIC_ROOT=(\S+)", DOCKERFILE, re.MULTILINE)
    assert collected
    assert collected[1] == OF_THE_IMAGE["VODLOOM_STATIC_ROOT"]
    for service in OURS.values():
        for volume in service["volumes"]:
            assert not collected[1].startswith(volume.partition(":")[2] + "/")
    # It runs as root, so that the container's user owns none of these files.
    assert DOCKERFILE.index("collectstatic") < DOCKERFILE.index("USER 10001")


def test_logs_do_not_fill_the_disk() -> None:
    lasting = {n: s for n, s in COMPOSE["services"].items() if s.get("restart") != "no"}
    for service in lasting.values():
        assert service["logging"]["options"].keys() == {"max-size", "max-file"}


def test_no_server_is_without_a_password() -> None:
    servers = COMPOSE["services"]
    assert "--requirepass" in servers["redis"]["command"][-1]
    assert servers["redis"]["environment"]["REDISCLI_AUTH"].startswith("${REDIS_PASSWORD:?")
    assert servers["postgres"]["environment"]["POSTGRES_PASSWORD"].startswith("${POSTGRES_PASS")
    assert servers["minio"]["environment"]["MINIO_ROOT_PASSWORD"].startswith("${S3_SECRET_ACC")
    published = [port for service in servers.values() for port in service.get("ports", ())]
    assert all(port.startswith("127.0.0.1:") for port in published)


def test_no_container_takes_the_whole_machine() -> None:
    for name, service in OURS.items():
        assert service["pids_limit"]
        assert service["ulimits"]["nofile"] > 8192
        assert name == "prepare" or service["mem_limit"]


def test_who_stops_a_web_process_waits_for_its_grace() -> None:
    grace = int(example()["VODLOOM_GRACE_SECONDS"])
    assert OURS["web"]["stop_grace_period"] == f"{grace + 10}s"
    assert interpolated(OURS["web"]["environment"]["VODLOOM_GRACE_SECONDS"], {}) == str(grace)
