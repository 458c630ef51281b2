"""Recall by edit: `python -m tools.benchmarks.recall --photos 60 --seed 1 --out recall.json`.

Looks up photographs of the bank with every edit of the attack matrix. A copy is found if the result is the
original photograph. Measures each stage alone, both, and plain PDQ.
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
from PIL import Image
from staydown.domain.bank.verdicts import Verdict

from tools.benchmarks.attacks import ATTACKS
from tools.benchmarks.photographs import choose_photographs, in_parallel
from tools.benchmarks.recognisers import METHODS, Recogniser, alignment_json
from tools.photographs import photograph_file, photograph_image, photographs_description

_PARTNERS = 40
"""Number of photographs for collages and backgrounds. None is in the bank."""


class _Worker:
    recogniser: Recogniser
    others: tuple[Image.Image, ...]


def _prepare(banked: Sequence[str], others: Sequence[str]) -> None:
    cv2.setNumThreads(1)
    _Worker.recogniser = Recogniser({name: photograph_file(name) for name in banked})
    _Worker.others = tuple(photograph_image(name) for name in others)


def _ask(task: tuple[int, str, int]) -> dict[str, Any]:
    """Look up an edited photograph. Return a row of the result."""
    attack, name, seed = task
    data = ATTACKS[attack](photograph_image(name), f"{seed} {name}", _Worker.others)
    answer = _Worker.recogniser.ask(data)
    wrong = {
        method: sorted(
            f"{answer.verdict(method, other)} {other}"
            for other in answer.names() - {name}
            if answer.verdict(method, other) is not Verdict.CLEAR
        )
        for method in METHODS
    }
    own = [match.alignment for match in answer.matches if _Worker.recogniser.name_of(match.entry_id) == name]
    return {
        "edit": ATTACKS[attack].name,
        "photo": name,
        "verdicts": {method: str(answer.verdict(method, name)) for method in METHODS},
        "wrong": {method: others for method, others in wrong.items() if others},
        "nearest": answer.nearest[name],
        "laid": [alignment_json(evidence) for evidence in own],
    }


def shares(rows: Sequence[dict[str, Any]]) -> dict[str, dict[str, tuple[float, float]]]:
    """Return by edit and method the share that is blocked, and blocked or sent to review."""
    verdicts: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        for method, verdict in dict(row["verdicts"]).items():
            verdicts[str(row["edit"])][method].append(verdict)
    return {
        edit: {
            method: (
                found.count("block") / len(found),
                1 - found.count("clear") / len(found),
            )
            for method, found in methods.items()
        }
        for edit, methods in verdicts.items()
    }


def table(rows: Sequence[dict[str, Any]]) -> str:
    """Return a table by edit: per cent blocked / blocked or sent to review."""
    found = shares(rows)
    lines = ["| edit | " + " | ".join(METHODS) + " |", "| --- |" + " --- |" * len(METHODS)]
    mean = {
        method: (
            sum(each[method][0] for each in found.values()) / len(found),
            sum(each[method][1] for each in found.values()) / len(found),
        )
        for method in METHODS
    }
    for edit, methods in (*found.items(), ("mean", mean)):
        digits = 1 if edit == "mean" else 0
        cells = (f"{100 * methods[m][0]:.{digits}f} / {100 * methods[m][1]:.{digits}f}" for m in METHODS)
        lines.append(f"| {edit} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description="Recall of edited copies, by edit.")
    parser.add_argument("--photos", type=int, default=60, help="number of edited photographs")
    parser.add_argument("--bank", type=int, default=150, help="number of photographs in the bank")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--edits", nargs="*", help="only edits whose name contains one of these words")
    parser.add_argument("--out", type=Path, help="JSON file for the rows")
    given = parser.parse_args()
    chosen = choose_photographs(max(given.bank, given.photos), given.seed)
    attacks = [
        number
        for number, attack in enumerate(ATTACKS)
        if not given.edits or any(word in attack.name for word in given.edits)
    ]
    tasks = [(attack, name, given.seed) for name in chosen.banked[: given.photos] for attack in attacks]
    rows = list(in_parallel(_prepare, (chosen.banked, chosen.others[:_PARTNERS]), _ask, tasks))
    if given.out:
        given.out.write_text(json.dumps({"seed": given.seed, "rows": rows}, indent=1))
    edited = len(chosen.banked[: given.photos])
    print(f"photographs: {photographs_description()}")
    print(f"seed {given.seed}: {edited} edited, {len(chosen.banked)} banked, {len(rows)} uploads")
    print("per cent blocked / blocked or sent to review\n\n" + table(rows))
    wrong = [(row["edit"], row["photo"], row["wrong"]) for row in rows if row["wrong"]]
    print(f"\nmatches with other photographs: {len(wrong)} uploads {wrong[:10]}")


if __name__ == "__main__":
    main()
