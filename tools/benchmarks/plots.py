"""The plots of the pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt

mpl.use("svg")
mpl.rcParams["svg.hashsalt"] = "staydown"  # the same figures give the same file
_COLOURS = {"pdq": "#9aa0a6", "stage_one": "#6ea8dc", "both": "#1f5f99"}
_WORDS = {"pdq": "plain PDQ at 31", "stage_one": "stage one alone", "both": "both stages"}


def plot_recall(found: Mapping[str, Mapping[str, tuple[float, float]]], path: Path) -> None:
    """Plot by edit the share of copies that is blocked or sent to review. The lowest share is at the top."""
    edits = sorted(found, key=lambda edit: (found[edit]["both"][1], found[edit]["pdq"][1]), reverse=True)
    figure, axes = plt.subplots(figsize=(8, 0.19 * len(edits) + 1.2))
    for method, colour in _COLOURS.items():
        shares = [100 * found[edit][method][1] for edit in edits]
        axes.plot(shares, range(len(edits)), "o", color=colour, markersize=5, label=_WORDS[method])
    axes.set_yticks(range(len(edits)), edits, fontsize=7)
    axes.set_xlabel("copies blocked or sent to review, %")
    axes.set_xlim(-2, 102)
    axes.grid(axis="x", color="#dddddd")
    axes.legend(loc="lower left", fontsize=8)
    _save(figure, path)


def plot_look_ups(rows: Sequence[Mapping[str, Any]], path: Path) -> None:
    """Plot milliseconds for each look-up, and memory, by the size of the index."""
    figure, (time, memory) = plt.subplots(1, 2, figsize=(9, 3.6))
    for kind in dict.fromkeys(row["kind"] for row in rows):
        mine = [row for row in rows if row["kind"] == kind]
        sizes = [row["size"] for row in mine]
        time.plot(sizes, [row["median_ms"] for row in mine], "o-", label=kind)
        memory.plot(sizes, [max(row["memory_mb"], 0.1) for row in mine], "o-", label=kind)
    for axes, what in ((time, "ms a look-up (median)"), (memory, "memory, MB")):
        axes.set(xscale="log", yscale="log", xlabel="hashes", ylabel=what)
        axes.grid(color="#dddddd")
    time.legend(fontsize=8)
    _save(figure, path)


def plot_curve(stages: Mapping[str, Sequence[tuple[float, float, str]]], path: Path) -> None:
    """Plot for each stage (wrong matches in 10,000 unrelated uploads, copies matched in %, distance)."""
    figure, axes = plt.subplots(figsize=(8, 4.2))
    for number, (stage, points) in enumerate(stages.items()):
        colour = ("#6ea8dc", "#1f5f99")[number % 2]
        axes.plot([wrong for wrong, _, _ in points], [found for _, found, _ in points], "o-", color=colour)
        axes.lines[-1].set(markersize=4, label=stage)
        for wrong, found, setting in points:
            axes.annotate(setting, (wrong, found), xytext=(3, -9), textcoords="offset points", fontsize=6)
    axes.set_xscale("symlog", linthresh=1)
    axes.set_xlim(left=-0.2)
    axes.set(xlabel="wrong matches in 10,000 unrelated uploads", ylabel="copies matched, %")
    axes.grid(color="#dddddd")
    axes.legend(loc="lower right", fontsize=8)
    _save(figure, path)


def plot_distances(bits: Sequence[int], slope: float, level: float, path: Path) -> None:
    """Plot the number of comparisons of unrelated images by distance, and the extrapolation."""
    figure, axes = plt.subplots(figsize=(8, 3.4))
    there = [distance for distance, count in enumerate(bits) if count]
    axes.plot(there, [bits[distance] for distance in there], "o", color="#1f5f99", markersize=3)
    axes.plot(
        range(there[0] + 13), [10 ** (level + slope * d) for d in range(there[0] + 13)], color="#9aa0a6"
    )
    for distance in (31, 47):
        axes.axvline(distance, color="#c0504d", linewidth=0.8)
    axes.set(yscale="log", xlabel="bits", ylabel="comparisons")
    axes.grid(color="#dddddd")
    _save(figure, path)


def plot_load(parts: Sequence[Mapping[str, Any]], path: Path) -> None:
    """Plot for each part, by time: uploads sent, uploads waiting, and memory of the process."""
    figure, rows = plt.subplots(len(parts), 2, figsize=(9, 1.7 * len(parts) + 0.6), squeeze=False)
    for part, (uploads, memory) in zip(parts, rows, strict=True):
        at = [sample["at"] for sample in part["samples"]]
        uploads.plot(at, [sample["sent"] for sample in part["samples"]], color="#9aa0a6", label="sent")
        uploads.plot(at, [sample["waiting"] for sample in part["samples"]], color="#1f5f99", label="waiting")
        uploads.set_ylabel(part["name"])
        held = [sample["megabytes"] or 0.0 for sample in part["samples"]]
        memory.plot(at, held, color="#1f5f99")
        memory.set_ylim(bottom=0)
        for axes in (uploads, memory):
            axes.grid(color="#dddddd")
            axes.tick_params(labelsize=7)
    for axes, what in zip(rows[0], ("uploads", "memory of the process, MB"), strict=True):
        axes.set_title(what, fontsize=9)
    for axes in rows[-1]:
        axes.set_xlabel("seconds")
    rows[0][0].legend(fontsize=7)
    _save(figure, path)


def _save(figure: Any, path: Path) -> None:
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)
