"""`make load` accounts for every upload, and reports losses."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.world import memory_world
from tools.load import page
from tools.load.__main__ import main
from tools.load.long_queue import drain, passed
from tools.load.metrics import PartResult, percentiles
from tools.load.sending import SentUpload
from tools.load.upload_tracker import Sample

FEW = (
    *("--burst", "4", "--rate", "4", "--seconds", "1", "--behind-poison", "2", "--waiting", "5"),
    *("--throttled-seconds", "1.5", "--share", "0.3", "--long-queue", "0", "--no-plot"),
)


@pytest.mark.slow
def test_uploads_of_every_part_are_accounted_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], record_property: Callable[[str, object], None]
) -> None:
    status = main([*FEW, "--out", str(tmp_path)])
    output = "".join(capsys.readouterr())
    assert status == 0, output
    result = json.loads((tmp_path / "load.json").read_text(encoding="utf-8"))
    parts = {part["name"]: part for part in result["parts"]}
    assert {name: part["uploads"] for name, part in parts.items()} == {
        "burst": 4,
        "soak": 4,
        "poison": 2,
        "waiting": 5,
        "throttled": 6,
    }
    assert parts["poison"]["noted"] == {"messages in the dead-letter queue": 3}
    assert parts["waiting"]["noted"]["messages in the queue"] == 5
    assert parts["throttled"]["noted"]["throttled calls"] > 0
    assert result["given_up"] == {}
    assert "21 of 21 uploads are accounted for" in output
    assert "4 of 4 copies were stopped" in output
    record_property("uploads under load, each accounted for", 21)
    assert "| burst | 4 |" in (tmp_path / "load.md").read_text(encoding="utf-8")


def test_long_queue_is_drained_and_every_upload_accounted_for() -> None:
    with memory_world() as world:
        result = drain(world, 200)
    assert passed(result)
    assert (result["waited"], result["accounted_for"], result["copies_stopped"]) == (200, 200, 40)


def test_lost_uploads_and_missed_copies_are_reported() -> None:
    sent = [
        _sent("published", copy=None),
        _sent("blocked", copy="mirrored"),
        _sent("published", copy="mirrored"),
        _sent("received", copy=None),
    ]
    part = PartResult("burst", "four", 2.0, sent, [Sample(0.0, 4, 1, None)], wrong=["a thing"])
    assert not part.passed
    assert part.lost == ["received"]
    assert page.outcome({"parts": [part.metrics()]}) == [
        "**3 of 4 uploads are accounted for** (1 blocked, 2 published, 1 received); "
        "**1 of 2 copies were stopped.** 1 were lost.",
        "**burst: a thing.**",
    ]


@pytest.mark.parametrize("state", ["rejected", "held", "blocked"])
def test_unpublished_innocent_image_fails_the_part(state: str) -> None:
    assert not PartResult("burst", "one", 1.0, [_sent(state, copy=None)], []).passed
    assert PartResult("burst", "one", 1.0, [_sent("published", copy=None)], []).passed


def test_percentiles_are_measured_values() -> None:
    assert percentiles([float(n) for n in range(1, 101)]) == {
        "p50": 50.0,
        "p95": 95.0,
        "p99": 99.0,
        "max": 100.0,
    }
    assert percentiles([7.0]) == {"p50": 7.0, "p95": 7.0, "p99": 7.0, "max": 7.0}
    assert percentiles([]) == {}


def _sent(state: str, *, copy: str | None) -> SentUpload:
    return SentUpload(
        state, copy, 0.0, 1.0, 1.0, state=state, verdict_ms=None if state == "received" else 5.0
    )
