"""The page of figures: tables, plots, and how each figure stands to its aim."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from staydown.domain.bank.alignment import AlignmentPolicy
from staydown.domain.bank.verdicts import MatchPolicy

from tools.benchmarks.calibration import LARGEST, Tail, at_most, curve, tail_of, verdicts
from tools.benchmarks.plots import plot_curve, plot_distances, plot_look_ups, plot_recall
from tools.benchmarks.recall import shares, table
from tools.benchmarks.wrong_verdicts import summary

Rows = Sequence[dict[str, Any]]


def write(results: dict[str, Any], folder: Path) -> None:
    """benchmarks.md, benchmarks.json and the plots."""
    plots = folder / "benchmarks"
    plots.mkdir(exist_ok=True)
    recall = results["recall"]["rows"]
    plot_recall(shares(recall), plots / "recall.svg")
    plot_look_ups(results["speed_index"], plots / "look-ups.svg")
    large = results["large_bank"]
    tail = tail_of(large)
    plot_curve(curve(large), plots / "curve.svg")
    plot_distances(large["bits"], tail.slope, tail.level, plots / "distances.svg")
    figures = {name: results[name] for name in results if name.startswith(("speed", "keypoint"))}
    figures["recall"] = shares(recall)
    figures["curve"] = curve(large)
    figures["distances"] = large["bits"]
    text = json.dumps(figures, indent=1)
    (folder / "benchmarks.json").write_text(text + "\n", encoding="utf-8")
    (folder / "benchmarks.md").write_text("\n".join(_lines(results)) + "\n", encoding="utf-8")


def _lines(results: dict[str, Any]) -> Iterable[str]:
    recall, wrong = results["recall"]["rows"], results["wrong_verdicts"]
    unrelated, hard = wrong["unrelated"], wrong["hard"]
    yield from (
        "# Benchmarks",
        "",
        "Written by `make bench` alone. What stands beside a peer was measured in one run, in turn, on one "
        f"thread; medians. Machine: {os.cpu_count()} cores, {platform.machine()}, Python "
        f"{platform.python_version()}. Seed {results['seed']}. "
        "Photographs: 300 of the Berkeley Segmentation Data Set (BSDS500).",
        "",
        "## The aims",
        "",
        "| figure | aim | measured |",
        "| --- | --- | --- |",
        *_aims(results),
        "",
        "## Recall by edit",
        "",
        "Per cent of the edited copies blocked / blocked or brought to a reviewer. `pdq`: one hash within 31 "
        "bits, as python-threatexchange computes it. `stage_one`: hashes of views, one hash an entry. "
        "`stage_two`: keypoints propose, PDQ disposes. Parameters of each edit are drawn from ranges.",
        "",
        "![Recall by edit](benchmarks/recall.svg)",
        "",
        table(recall),
        "",
        "### Stage one alone, by distance",
        "",
        "What it misses are crops to less than nine tenths, tilts of more than seven degrees, photographs of "
        "screens: no hash of the whole is near, and no guess at what was cut off reaches so far. Looking "
        "farther would find stickers and captions over the picture as well, at a price that a large bank "
        "pays: the last column is what an innocent upload would meet "
        f"among {LARGEST:,} hashes, along the line drawn below.",
        "",
        "| within, bits | copies met, % | wrong matches an upload |",
        "| --- | --- | --- |",
        *_by_distance(recall, tail_of(results["large_bank"])),
        "",
        "## Wrong verdicts",
        "",
        summary("Unrelated photographs, edited in every way", unrelated, _pairs(results)),
        "",
        summary("Hard negatives: two unrelated photographs in the same frame", hard, len(hard)),
        "",
        *_calibration(results["large_bank"]),
        "## Time",
        "",
        "| what | ms | peer | peer's ms | times |",
        "| --- | --- | --- | --- | --- |",
        *(_timed(row) for row in [*results["speed_fingerprint"], results["speed_scan"]["scan"]]),
        "",
        f"The scan's process holds {results['speed_scan']['memory_mb']:.0f} MB, with both indexes.",
        "",
        "## Exact look-ups within 31 bits",
        "",
        "![Look-ups](benchmarks/look-ups.svg)",
        "",
        "| hashes | index | ms, median | ms, 99 % | memory, MB | built in, s | neighbours at 31 found |",
        "| --- | --- | --- | --- | --- | --- | --- |",
        *(_look_up(row) for row in results["speed_index"]),
        "",
        "## Candidates by keypoints",
        "",
        "| judged pictures | ms, a copy | ms, another | right one among five | memory, MB | snapshot, MB |",
        "| --- | --- | --- | --- | --- | --- |",
        *(_candidates(row) for row in results["keypoint_candidates"]["rows"]),
        "",
        "## Snapshots",
        "",
        "| what | MB | loaded in, ms |",
        "| --- | --- | --- |",
        *(
            f"| {s['what']} | {s['mb']:.0f} | {s['load_ms']:.0f} |"
            for s in results["speed_scan"]["snapshots"]
        ),
    )


def _calibration(large: dict[str, Any]) -> Iterable[str]:
    tail = tail_of(large)
    limits = MatchPolicy().block_distance, MatchPolicy().review_distance
    copies, innocent = verdicts(large["copies"], "own"), verdicts(large["innocent"], "other")
    asked, tried = len(large["copies"]), len(large["innocent"])
    found = (copies["block"] + copies["review"]) / asked
    blocked, reviewed = (1 / at_most(innocent[verdict], tried) for verdict in ("block", "review"))
    yield from (
        f"### Against {large['pictures']:,} judged pictures",
        "",
        f"{tried:,} innocent uploads (photographs of which nothing is banked, edited in every way) met "
        f"{large['pictures']:,} banked pictures: {tried * large['pictures']:,} pairs of pictures, "
        f"{tail.comparisons:,} comparisons of hashes. {innocent['block']} were blocked, {innocent['review']} "
        f"brought to a reviewer. So, at 95 %, fewer than 1 in {blocked:,.0f} is blocked wrongly, "
        f"and fewer than 1 in {reviewed:,.0f} reviewed wrongly. Of {asked} edited copies of banked "
        f"photographs {copies['block'] / asked:.1%} were blocked, {found:.1%} blocked or reviewed.",
        "",
        "Recall against wrong matches, as the rules loosen (beside a point: the distance). Stage "
        "one: a view within so many bits. Stage two: tiles agree within so many bits. In force: "
        f"{MatchPolicy().block_distance} and {MatchPolicy().review_distance}; "
        f"{AlignmentPolicy().agree_distance}. (Of pictures that share nothing, keypoints propose hardly "
        "anything, so the rules have little to dispose of; what shares a frame is counted above.)",
        "",
        "![Recall against wrong matches](benchmarks/curve.svg)",
        "",
        *_points(curve(large)),
        "",
        f"### In a bank of {LARGEST:,} hashes",
        "",
        f"The nearest two unrelated pictures of all comparisons were {tail.nearest} bits apart. A line along "
        f"the counts there and at the next distances that occur falls by {tail.slope:.2f} powers of ten a "
        "bit; the counts themselves fall faster still, as those of any bell do. Along the line, in a bank of "
        f"{LARGEST:,}, an innocent upload would meet "
        + ", ".join(f"{tail.wrong_within(bits):.1e} hashes within {bits} bits" for bits in limits)
        + ".",
        "",
        "![Distances of unrelated pictures](benchmarks/distances.svg)",
        "",
    )


def _by_distance(recall: Rows, tail: Tail) -> Iterable[str]:
    for bits in (31, 39, MatchPolicy().review_distance, 55, 59, 63):
        met: dict[str, list[bool]] = {}
        for row in recall:
            met.setdefault(row["edit"], []).append(row["nearest"] <= bits)
        share = sum(sum(found) / len(found) for found in met.values()) / len(met)
        yield f"| {bits} | {100 * share:.1f} | {tail.wrong_within(bits):.1e} |"


def _points(stages: dict[str, list[tuple[float, float, str]]]) -> Iterable[str]:
    yield "| stage | at | copies found, % | wrong, in 10,000 uploads |"
    yield "| --- | --- | --- | --- |"
    for stage, points in stages.items():
        for wrong, found, setting in points:
            yield f"| {stage} | {setting} | {found:.1f} | {wrong:.1f} |"


def _aims(results: dict[str, Any]) -> Iterable[str]:
    found = shares(results["recall"]["rows"])
    blocked, met = _mean(found, "both")
    one = _mean(found, "stage_one")[1]
    pdq = _mean(found, "pdq")[1]
    wrong = results["wrong_verdicts"]
    large = results["speed_fingerprint"][0]
    ratio = large["peers"]["pdqhash"]["ratio"]
    scan = results["speed_scan"]
    biggest = max(row["size"] for row in results["speed_index"])
    index = next(r for r in results["speed_index"] if (r["size"], r["kind"]) == (biggest, "staydown"))
    large_bank = results["large_bank"]
    innocent, tried = verdicts(large_bank["innocent"], "other"), len(large_bank["innocent"])
    blocks, reviews = (a + b for a, b in zip(_counts(wrong["unrelated"]), innocent.values(), strict=True))
    hard_blocks, hard_reviews = _counts(wrong["hard"])
    uploads = len(wrong["unrelated"]) + tried
    pairs = _pairs(results) + tried * large_bank["pictures"]
    comparisons = tail_of(large_bank).comparisons
    yield f"| mean recall, block or review (plain PDQ: {pdq:.1%}) | 99 % | {met:.1%} |"
    yield f"| mean recall, block | 97 % | {blocked:.1%} |"
    yield f"| mean recall of stage one alone, one hash an entry | 75 % | {one:.1%} |"
    among = f"{pairs:,} pairs of unrelated pictures, {comparisons:,} comparisons of hashes"
    yield f"| wrong blocks, {among} | none | {blocks} |"
    bound = f"at 95 %, fewer than 1 in {1 / at_most(reviews, uploads):,.0f}"
    yield f"| wrong reviews, in {uploads:,} such uploads | under 1 in 10,000 | {reviews} ({bound}) |"
    hard = f"{len(wrong['hard']):,} hard negatives (reviews)"
    yield f"| wrong blocks, {hard} | none | {hard_blocks} ({hard_reviews}) |"
    took = large["ours"]["median"]
    yield f"| 12-megapixel JPEG to all hashes | under 80 ms, 10 times | {took:.0f} ms, {ratio:.1f} times |"
    whole, memory = scan["scan"]["ours"]["median"], scan["memory_mb"]
    yield f"| whole scan of it, both stages | under 200 ms, under 1 GB | {whole:.0f} ms, {memory:.0f} MB |"
    yield (
        f"| one exact look-up among {biggest:,} | under 1.2 ms, under 1.3 GB | "
        f"{index['median_ms']:.2f} ms, {index['memory_mb']:.0f} MB |"
    )


def _mean(found: dict[str, Any], method: str) -> tuple[float, float]:
    """Over the edits: the share blocked, and blocked or reviewed."""
    each = [methods[method] for methods in found.values()]
    return sum(one[0] for one in each) / len(each), sum(one[1] for one in each) / len(each)


def _counts(rows: Rows) -> tuple[int, int]:
    """Uploads wrongly blocked, and wrongly brought to a reviewer, by both stages together."""
    named = [row["wrong"].get("both", []) for row in rows]
    blocks = sum(any(name.startswith("block") for name in names) for names in named)
    return blocks, sum(bool(names) for names in named) - blocks


def _pairs(results: dict[str, Any]) -> int:
    return len(results["wrong_verdicts"]["unrelated"]) * int(results["wrong_verdicts"]["banked"])


def _timed(row: dict[str, Any]) -> str:
    ours = f"| {row['what']} | {row['ours']['median']:.1f} |"
    if not row["peers"]:
        return f"{ours} | | |"
    ((peer, theirs),) = row["peers"].items()
    return f"{ours} {peer} | {theirs['median']:.1f} | {theirs['ratio']:.1f} |"


def _look_up(row: dict[str, Any]) -> str:
    return (
        f"| {row['size']:,} | {row['kind']} | {row['median_ms']:.3f} | {row['p99_ms']:.3f} | "
        f"{row['memory_mb']:.0f} | {row['build_s']:.1f} | {row['found']:.0%} |"
    )


def _candidates(row: dict[str, Any]) -> str:
    return (
        f"| {row['pictures']:,} | {row['ms_copy']:.1f} | {row['ms_unrelated']:.1f} | "
        f"{row['among_five']:.1%} | {row['megabytes']:.0f} | {row['snapshot_megabytes']:.0f} |"
    )
