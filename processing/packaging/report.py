"""The findings of a check, as stored with the release, and as people read them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from processing.packaging.checker import Violation
from processing.packaging.kinds import Kind
from processing.packaging.release import StoredRendition


def report(
    findings: Iterable[Violation],
    renditions: Sequence[StoredRendition],
    *,
    target: int = 0,
    checked: str = "rows",
) -> dict[str, Any]:
    """Return a dictionary that `json` can write: `ok`; what was `checked` (`rows`, `bytes` or
    `frames`, and perhaps the source); `findings` (the ones that must be fixed first); and
    `renditions` with sizes in pixels, seconds and bits per second."""
    found = sorted(dict.fromkeys(findings), key=lambda finding: not finding.must)
    return {
        "ok": not any(finding.must for finding in found),
        "checked": checked,
        "target_duration": target,
        "seconds": round(max((one.seconds for one in renditions), default=0.0), 3),
        "findings": [{"code": f.code, "message": f.message, "must": f.must} for f in found],
        "renditions": [_rendition(one) for one in renditions],
    }


def _rendition(rendition: StoredRendition) -> dict[str, Any]:
    lengths = [ref.seconds for ref in rendition.refs]
    described: dict[str, Any] = {
        "name": rendition.name,
        "kind": rendition.kind.value,
        "codecs": rendition.codecs,
        "seconds": round(rendition.seconds, 3),
        "chunks": len(rendition.chunks),
        "segments": len(lengths),
        "longest_segment": round(max(lengths, default=0.0), 3),
        "bitrate": rendition.average_bandwidth,
        "peak_bitrate": rendition.bandwidth,
    }
    if rendition.kind == Kind.VIDEO:
        described["size"] = f"{rendition.width}x{rendition.height}"
        described["frame_rate"] = str(rendition.frame_rate)
        described["keyframes"] = len(rendition.keyframes)
    else:
        described["language"] = rendition.language or "und"
    return described


def lines(report: Mapping[str, Any]) -> list[str]:
    """Return a report for people: a line for each rendition, one for each finding, and the
    verdict."""
    text = [_line(rendition) for rendition in report["renditions"]]
    for finding in report["findings"]:
        text.append(f"{'wrong' if finding['must'] else 'note '} {finding['message']}")
    wrong = sum(finding["must"] for finding in report["findings"])
    things = "1 thing is" if wrong == 1 else f"{wrong} things are"
    verdict = "Everything is right" if report["ok"] else f"{things.capitalize()} wrong"
    return [*text, f"{verdict}; {report['checked']} were checked."]


def _line(rendition: Mapping[str, Any]) -> str:
    about = rendition.get("size") or rendition.get("language")
    return (
        f"{rendition['name']:<12} {about:<10} {rendition['codecs']:<12} "
        f"{rendition['seconds']:>9.3f} s in {rendition['segments']} segments of "
        f"{rendition['chunks']} chunks, longest {rendition['longest_segment']:.3f} s, "
        f"{rendition['bitrate'] // 1000} kbit/s, peak {rendition['peak_bitrate'] // 1000}"
    )
