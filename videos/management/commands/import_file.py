"""Import files: of this machine, of buckets, and from URLs."""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts import audit
from accounts.models import User
from processing.monitoring import terminal
from videos import strict_json
from videos.api.video_settings import ON_DUPLICATE
from videos.management.importing import forms, given
from videos.management.importing.given import Given
from videos.management.importing.reporting import Bar, Reporter
from videos.management.importing.run import Run, told
from videos.management.importing.taking import Taker
from videos.models import Video

_OF_ONE = ("title", "external_id")
_SETTINGS = (
    *("title", "description", "visibility", "folder", "metadata", "external_id", "profile"),
    *("clip", "expires_at", "original", "on_duplicate"),
)
_INTERRUPTED = 130


class Command(BaseCommand):
    """Prints the id of each new video or image on a line. What goes wrong with one stops no other;
    the exit status says that there was one. What is there already is not imported again, so a run
    that was stopped or killed goes on when it is begun again."""

    help = (
        "Import videos and images for a user: files, folders, s3://bucket/key, "
        "s3://bucket/prefix/ and http(s) URLs. The files stay."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the arguments."""
        parser.add_argument("sources", nargs="*", metavar="SOURCE")
        parser.add_argument("--owner", required=True, metavar="EMAIL")
        parser.add_argument(
            "--list", metavar="FILE", help="with a source on each line; - is standard input"
        )
        parser.add_argument("--dry-run", action="store_true", help="only tell what would be done")
        parser.add_argument("--again", action="store_true", help="also what is there already")
        waiting = parser.add_mutually_exclusive_group()
        waiting.add_argument("--wait", action="store_true", help="until all are ready or failed")
        waiting.add_argument(
            "--no-wait", action="store_true", help="not even until files at URLs have arrived"
        )
        _add_settings(parser)

    def handle(self, *args: Any, sources: list[str], owner: str, **options: Any) -> None:
        """Import what is named."""
        user = User.objects.with_address(owner).filter(is_active=True).first()
        if user is None:
            raise CommandError(f"No active user has the email address {owner}.")
        if not sources and not options["list"]:
            raise CommandError("Name a source, or a list of sources with --list.")
        alone = len(sources) == 1 and not options["list"] and _is_one_file(sources[0])
        defaults = _defaults(options)
        if not alone and (given_once := [name for name in _OF_ONE if name in defaults]):
            option = given_once[0].replace("_", "-")
            raise CommandError(f"--{option} is for a single file.")
        _require_valid(defaults)
        if not options["dry_run"]:
            audit.command("import_file", owner=user.email)
        report = self._reporter()
        taker = Taker(user, defaults, options["again"] or alone, options["dry_run"], report)
        run = Run(taker, report)
        try:
            with report:
                self._run(run, sources, options)
            self._end(run, options)
        except KeyboardInterrupt:
            self.stderr.write(f"Stopped: {run.summary}")
            sys.exit(_INTERRUPTED)

    def _run(self, run: Run, sources: list[str], options: dict[str, Any]) -> None:
        run.all(chain(given.on_command_line(sources), _listed(options["list"])))
        if not options["no_wait"]:
            run.wait()

    def _end(self, run: Run, options: dict[str, Any]) -> None:
        wrong = list(run.failures)
        if options["wait"] and run.videos:
            wrong += self._wait(run)
        self.stderr.write(run.summary.capitalize(), str)
        if wrong:
            raise CommandError(wrong[0] if len(wrong) == 1 else f"{len(wrong)} failed.")

    def _wait(self, run: Run) -> list[str]:
        ended = terminal.wait_for([pk for pk in run.videos if pk in set(run.made)])
        return [
            f"{video.pk}: {video.error_code}: {video.error_message}"
            for video in ended
            if video.status != Video.Status.READY
        ]

    def _reporter(self) -> Reporter:
        return (Bar if self.stderr.isatty() else Reporter)(self.stdout, self.stderr)


def _add_settings(parser: CommandParser) -> None:
    one = parser.add_argument_group("settings", "as the API names and checks them")
    one.add_argument("--title", help="of a single file; else its name")
    one.add_argument("--description")
    one.add_argument("--visibility", help=", ".join(Video.Visibility.values))
    one.add_argument("--folder", metavar="ID", help="of one of the owner's folders")
    one.add_argument("--tag", action="append", dest="tags", help="can be given several times")
    one.add_argument("--metadata", metavar="JSON")
    one.add_argument("--external-id", help="of a single file")
    one.add_argument("--profile", help="the encoding profile")
    one.add_argument("--clip", metavar="START-END", help="in seconds; either may be left out")
    one.add_argument("--expires-at", metavar="TIME", help="ISO 8601")
    one.add_argument("--original", help=" or ".join(Video.Original.values))
    one.add_argument("--on-duplicate", help=", ".join(ON_DUPLICATE))


def _defaults(options: dict[str, Any]) -> dict[str, Any]:
    """Return the settings of the command line as members of a request."""
    found = {name: options[name] for name in _SETTINGS if options.get(name) is not None}
    if options.get("tags"):
        found["tags"] = options["tags"]
    if "metadata" in found:
        with contextlib.suppress(ValueError):
            found["metadata"] = json.loads(found["metadata"], cls=strict_json.Decoder)
    if "clip" in found:
        found["clip"] = _clip(found["clip"])
    return found


def _clip(text: str) -> dict[str, float]:
    start, dash, end = text.partition("-")
    try:
        ends = {"start": start, "end": end} if dash else {}
        clip = {name: float(seconds) for name, seconds in ends.items() if seconds}
    except ValueError:
        clip = {}
    if not clip:
        raise CommandError("Write the clip as START-END in seconds, such as 10-20.5.")
    return clip


def _require_valid(defaults: dict[str, Any]) -> None:
    try:
        forms.video(defaults)
    except Exception as error:
        code, message = told(error)
        raise CommandError(f"{code}: {message}") from error


def _is_one_file(source: str) -> bool:
    if source.lower().startswith("s3://"):
        return "/" in source[len("s3://") :] and not source.endswith("/")
    return "\0" not in source and not Path(source).is_dir()


def _listed(path: str | None) -> Iterator[Given]:
    if not path:
        return
    try:
        with _opened(path) as lines:
            yield from given.in_list(lines, given.name_of(path))
    except (OSError, ValueError) as error:
        raise CommandError(f"The list {given.name_of(path)} cannot be read.") from error


@contextlib.contextmanager
def _opened(path: str) -> Iterator[BinaryIO]:
    if path == "-":
        yield sys.stdin.buffer
        return
    with Path(path).open("rb") as file:
        yield file
