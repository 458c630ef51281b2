"""The page of figures: aims, tables and plots."""

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
    """Write benchmarks.md, benchmarks.json and the plots into the folder."""
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
        "`make bench` writes this page. Times are medians on one thread. Methods in the same row are "
        f"measured in turn, in one run. Machine: {os.cpu_count()} cores, {platform.machine()}, Python "
        f"{platform.python_version()}. Seed {results['seed']}. Photographs: {results['photographs']}.",
        "",
        "## Aims",
        "",
        "| figure | aim | measured |",
        "| --- | --- | --- |",
        *_aims(results),
        "",
        "## Recall by edit",
        "",
        "Percentage of edited copies that are blocked / blocked or sent to review. `pdq`: one hash within 31 "
        "bits, as python-threatexchange computes it. `stage_one`: hashes of several views of the upload, "
        "against one hash for each entry. `stage_two`: keypoints find and align candidates, PDQ hashes of "
        "tiles confirm them. `both`: the deployed rule. The parameters of each edit are random in a range.",
        "",
        "![Recall by edit](benchmarks/recall.svg)",
        "",
        table(recall),
        "",
        "### Stage one alone, by distance",
        "",
        "Stage one misses crops to less than 90% of the image, tilts of more than 7 degrees, and photographs "
        "of screens. A larger distance would also find images under stickers and captions, but causes wrong "
        "matches in a large bank. The last column is the expected number of wrong matches for an unrelated "
        f"upload in a bank of {LARGEST:,} hashes, by the extrapolation below.",
        "",
        "| distance, bits | copies matched, % | wrong matches for each upload |",
        "| --- | --- | --- |",
        *_by_distance(recall, tail_of(results["large_bank"])),
        "",
        "## Wrong verdicts",
        "",
        summary("Unrelated photographs with every edit", unrelated, _pairs(results)),
        "",
        summary("Hard negatives: two unrelated photographs in the same frame", hard, len(hard)),
        "",
        *_calibration(results["large_bank"]),
        "## Time",
        "",
        "| operation | Staydown, ms | other method | its time, ms | ratio |",
        "| --- | --- | --- | --- | --- |",
        *(_timed(row) for row in [*results["speed_fingerprint"], results["speed_scan"]["scan"]]),
        "",
        f"The scan uses {results['speed_scan']['memory_mb']:.0f} MB of memory, with both indexes.",
        "",
        "## Exact look-ups within 31 bits",
        "",
        "![Look-ups](benchmarks/look-ups.svg)",
        "",
        "| hashes | index | median, ms | 99th percentile, ms | memory, MB | build, s | neighbours found |",
        "| --- | --- | --- | --- | --- | --- | --- |",
        *(_look_up(row) for row in results["speed_index"]),
        "",
        "## Candidates by keypoints",
        "",
        "| references | copy, ms | unrelated image, ms | right one among five | memory, MB | snapshot, MB |",
        "| --- | --- | --- | --- | --- | --- |",
        *(_candidates(row) for row in results["keypoint_candidates"]["rows"]),
        "",
        "## Snapshots",
        "",
        "| snapshot | size, MB | load time, ms |",
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
        f"### Against {large['pictures']:,} references",
        "",
        f"{tried:,} unrelated uploads (photographs of which nothing is in the bank, with every edit) were "
        f"compared with {large['pictures']:,} references: {tried * large['pictures']:,} pairs of images, "
        f"{tail.comparisons:,} comparisons of hashes. {innocent['block']} were blocked, and "
        f"{innocent['review']} sent to review. At 95% confidence, fewer than 1 in {blocked:,.0f} is blocked "
        f"wrongly, and fewer than 1 in {reviewed:,.0f} is sent to review wrongly. Of {asked} edited copies "
        f"of references, {copies['block'] / asked:.1%} were blocked, and {found:.1%} were blocked or sent to "
        "review.",
        "",
        "The plot shows recall against wrong matches. The label of a point is its distance in bits: of a "
        "view (stage one), or at which two tiles agree (stage two). The distances in use are "
        f"{MatchPolicy().block_distance} (block) and {MatchPolicy().review_distance} (review) for stage one, "
        f"and {AlignmentPolicy().agree_distance} for stage two. Keypoints of unrelated images propose hardly "
        "any candidate. Unrelated images in the same frame are counted under hard negatives above.",
        "",
        "![Recall against wrong matches](benchmarks/curve.svg)",
        "",
        *_points(curve(large)),
        "",
        f"### In a bank of {LARGEST:,} hashes",
        "",
        f"The nearest pair of unrelated images was {tail.nearest} bits apart. A line through the logarithms "
        f"of the smallest counts rises by {tail.slope:.2f} powers of ten for each bit. Towards shorter "
        "distances the real counts fall faster than the line, so the line gives an upper bound. By the line, "
        f"an unrelated upload has, in a bank of {LARGEST:,} hashes, "
        + " and ".join(f"{tail.wrong_within(bits):.1e} wrong matches within {bits} bits" for bits in limits)
        + ".",
        "",
        "![Distances of unrelated images](benchmarks/distances.svg)",
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
    yield "| stage | distance, bits | copies matched, % | wrong matches in 10,000 uploads |"
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
    yield f"| mean recall, blocked or sent to review (plain PDQ: {pdq:.1%}) | 99% | {met:.1%} |"
    yield f"| mean recall, blocked | 97% | {blocked:.1%} |"
    yield f"| mean recall of stage one alone, one hash for each entry | 75% | {one:.1%} |"
    among = f"{pairs:,} pairs of unrelated images, {comparisons:,} comparisons of hashes"
    yield f"| wrong blocks, {among} | none | {blocks} |"
    bound = f"at 95% confidence, fewer than 1 in {1 / at_most(reviews, uploads):,.0f}"
    yield f"| wrong reviews, {uploads:,} unrelated uploads | under 1 in 10,000 | {reviews} ({bound}) |"
    hard = f"{len(wrong['hard']):,} hard negatives (reviews)"
    yield f"| wrong blocks, {hard} | none | {hard_blocks} ({hard_reviews}) |"
    took = large["ours"]["median"]
    yield (
        "| 12-megapixel JPEG to all hashes | under 80 ms, 10 times as fast as pdqhash | "
        f"{took:.0f} ms, {ratio:.1f} times |"
    )
    whole, memory = scan["scan"]["ours"]["median"], scan["memory_mb"]
    yield f"| scan of that file, both stages | under 200 ms, under 1 GB | {whole:.0f} ms, {memory:.0f} MB |"
    yield (
        f"| one exact look-up among {biggest:,} | under 1.2 ms, under 1.3 GB | "
        f"{index['median_ms']:.2f} ms, {index['memory_mb']:.0f} MB |"
    )


def _mean(found: dict[str, Any], method: str) -> tuple[float, float]:
    """Return the mean share over the edits that is blocked, and blocked or sent to review."""
    each = [methods[method] for methods in found.values()]
    return sum(one[0] for one in each) / len(each), sum(one[1] for one in each) / len(each)


def _counts(rows: Rows) -> tuple[int, int]:
    """Count the uploads that both stages together block, or send to review, wrongly."""
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
