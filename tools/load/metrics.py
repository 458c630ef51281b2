"""What a part of the load showed, in figures."""

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
    """seconds: from the first upload to the last verdict. noted: what was observed beside it, by name.
    wrong: what should not be, in words; with nothing in it the part went well."""

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
        """Upload ids that nothing is known of."""
        return [one.upload_id for one in self.sent if not one.is_accounted_for]

    @property
    def copies(self) -> list[SentUpload]:
        return [one for one in self.sent if one.copy is not None]

    @property
    def passed(self) -> bool:
        return not self.wrong and not self.lost and all(one.has_expected_state for one in self.sent)

    def metrics(self) -> dict[str, Any]:
        """For the JSON file and the tables; milliseconds by percentile."""
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
    """Of a watch that is over."""
    ends = [one.at + one.verdict_ms / 1000 for one in watch.sent if one.verdict_ms is not None]
    begins = [one.at - (one.put_ms + one.ticket_ms) / 1000 for one in watch.sent]
    seconds = max(ends) - min(begins) if ends else 0.0
    return PartResult(
        name, what, seconds, watch.sent, watch.samples, watch.failures, noted if noted else {}, list(wrong)
    )


def percentiles(values: Sequence[float]) -> dict[str, float]:
    """By "p50" and so on, and "max": the least value that so many per cent are not above."""
    if not values:
        return {}
    ordered = sorted(values)
    found = {f"p{share}": ordered[-(-share * len(ordered) // 100) - 1] for share in PERCENTILES}
    return {name: round(value, 1) for name, value in {**found, "max": ordered[-1]}.items()}
