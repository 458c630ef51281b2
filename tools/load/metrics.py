"""The figures of one part of the load test."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from tools.load.sending import SentUpload
from tools.load.upload_tracker import Sample, UploadTracker

PERCENTILES = (50, 95, 99)


@dataclass(frozen=True)
class PartResult:
    """The result of a part.

    seconds: from the first upload to the last verdict. noted: further figures by name. wrong: failures as
    sentences.
    """

    name: str
    what: str
    seconds: float
    sent: Sequence[SentUpload]
    samples: Sequence[Sample]
    failures: Sequence[str] = ()
    noted: Mapping[str, float] = field(default_factory=dict)
    wrong: Sequence[str] = ()

    @property
    def states(self) -> Counter[str]:
        return Counter(one.state for one in self.sent)

    @property
    def lost(self) -> list[str]:
        """Upload IDs without a final state."""
        return [one.upload_id for one in self.sent if not one.is_accounted_for]

    @property
    def copies(self) -> list[SentUpload]:
        return [one for one in self.sent if one.copy is not None]

    @property
    def passed(self) -> bool:
        return not self.wrong and not self.lost and all(one.has_expected_state for one in self.sent)

    def metrics(self) -> dict[str, Any]:
        """Return the figures for the JSON file and the tables. Milliseconds are by percentile."""
        memory = [one.megabytes for one in self.samples if one.megabytes is not None]
        return {
            "name": self.name,
            "what": self.what,
            "uploads": len(self.sent),
            "seconds": round(self.seconds, 1),
            "per_second": round(len(self.sent) / self.seconds, 2) if self.seconds else 0.0,
            "ticket_ms": percentiles([one.ticket_ms for one in self.sent]),
            "put_ms": percentiles([one.put_ms for one in self.sent]),
            "verdict_ms": percentiles([one.verdict_ms for one in self.sent if one.verdict_ms is not None]),
            "most_waiting": max((one.waiting for one in self.samples), default=0),
            "memory_mb": [round(min(memory)), round(max(memory))] if memory else None,
            "states": dict(sorted(self.states.items())),
            "copies": len(self.copies),
            "copies_stopped": sum(one.has_expected_state for one in self.copies),
            "lost": self.lost,
            "not_sent": len(self.failures),
            "noted": dict(self.noted),
            "wrong": list(self.wrong),
            "samples": [asdict(one) for one in self.samples],
        }


def part_result(
    name: str,
    what: str,
    watch: UploadTracker,
    noted: Mapping[str, float] | None = None,
    wrong: Sequence[str] = (),
) -> PartResult:
    """Return the result of a part whose tracker has stopped."""
    ends = [one.at + one.verdict_ms / 1000 for one in watch.sent if one.verdict_ms is not None]
    begins = [one.at - (one.put_ms + one.ticket_ms) / 1000 for one in watch.sent]
    seconds = max(ends) - min(begins) if ends else 0.0
    return PartResult(
        name, what, seconds, watch.sent, watch.samples, watch.failures, noted if noted else {}, list(wrong)
    )


def percentiles(values: Sequence[float]) -> dict[str, float]:
    """Return "p50", "p95", "p99" and "max": the smallest value that this percentage does not exceed."""
    if not values:
        return {}
    ordered = sorted(values)
    found = {f"p{share}": ordered[-(-share * len(ordered) // 100) - 1] for share in PERCENTILES}
    return {name: round(value, 1) for name, value in {**found, "max": ordered[-1]}.items()}
