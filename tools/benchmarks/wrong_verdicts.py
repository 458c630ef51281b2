"""Wrong verdicts: `python -m tools.benchmarks.wrong_verdicts --photos 150 --seed 1 --out wrong.json`.

Unrelated images: photographs that are not in the bank, with every edit, against the bank.
Hard negatives: two unrelated photographs in the same frame, or under the same caption, sticker or watermark.
One is in the bank like that, the other is looked up. Every verdict other than `clear` is wrong.
"""

from __future__ import annotations

import argparse
import json
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
from PIL import Image
from staydown.domain.bank.verdicts import Verdict

from tools.benchmarks.attacks import ATTACKS
from tools.benchmarks.photographs import choose_photographs, in_parallel
from tools.benchmarks.recognisers import METHODS, Recogniser, RecognitionResult, alignment_json
from tools.photographs import photograph_file, photograph_image

_PARTNERS = 30
SHARED = (
    *("polaroid", "caption above", "caption below", "captions on both sides", "phone screenshot"),
    *("dark phone screenshot", "browser screenshot", "story", "inset over it"),
    *("collage of 2", "stickers", "large sticker", "emoji", "watermark", "stamped", "logo", "meme"),
    *("censor bar", "scribbled", "border", "letterbox", "photographed screen", "meme + half size + JPEG"),
)
"""Edits that put the same thing around or over two unrelated photographs. Each photograph stays most of the
image. In a collage of four, or around a small inset, the shared part is larger: those are copies."""
MOVED = (
    ("caption above", "caption below"),
    ("caption below", "caption above"),
    ("captions on both sides", "caption above"),
)
"""The same words in another place."""


class _Worker:
    recogniser: Recogniser
    others: tuple[Image.Image, ...]


def _prepare(banked: Sequence[str], others: Sequence[str]) -> None:
    cv2.setNumThreads(1)
    _Worker.recogniser = Recogniser({name: photograph_file(name) for name in banked})
    _Worker.others = tuple(photograph_image(name) for name in others)


def _wrong(answer: RecognitionResult) -> dict[str, list[str]]:
    found = {
        method: sorted(
            f"{answer.verdict(method, name)} {name}"
            for name in answer.names()
            if answer.verdict(method, name) is not Verdict.CLEAR
        )
        for method in METHODS
    }
    return {method: names for method, names in found.items() if names}


def _unrelated(task: tuple[int, str, str]) -> dict[str, Any]:
    attack, name, drawn = task
    data = ATTACKS[attack](photograph_image(name), f"{drawn} {name}", _Worker.others)
    answer = _Worker.recogniser.ask(data)
    return {"edit": ATTACKS[attack].name, "photo": name, "wrong": _wrong(answer), "laid": len(answer.matches)}


def _same_frame(task: tuple[int, int, str, str, int]) -> dict[str, Any]:
    first, second, banked, asked, seed = task
    name = ATTACKS[first].name if first == second else f"{ATTACKS[first].name}, {ATTACKS[second].name}"
    same = f"{seed} {banked} {asked}"
    # An edit's name is part of its seed: under one name they write the same words.
    one, other = replace(ATTACKS[first], name=name), replace(ATTACKS[second], name=name)
    recogniser = Recogniser({banked: one(photograph_image(banked), same, _Worker.others)})
    answer = recogniser.ask(other(photograph_image(asked), same, _Worker.others))
    overlaps = [alignment_json(match.alignment) for match in answer.matches]
    return {"edit": name, "photo": asked, "wrong": _wrong(answer), "laid": overlaps}


def _is_landscape(name: str) -> bool:
    width, height = photograph_image(name).size
    return width > height


def summary(title: str, rows: Sequence[dict[str, Any]], pairs: int) -> str:
    counts: Counter[tuple[str, str]] = Counter()
    edits: Counter[tuple[str, str, str]] = Counter()
    for row in rows:
        wrong: dict[str, list[str]] = row["wrong"]
        for method, names in wrong.items():
            worst = "block" if any(name.startswith("block") for name in names) else "review"
            counts[method, worst] += 1
            edits[method, worst, str(row["edit"])] += 1
    lines = [f"{title}: {len(rows)} uploads, {pairs} pairs", "", "| method | wrong block | wrong review |"]
    lines.append("| --- | --- | --- |")
    lines += [f"| {m} | {counts[m, 'block']} | {counts[m, 'review']} |" for m in METHODS]
    lines += [
        "",
        *(f"{method} {verdict}: {edit} {count}" for (method, verdict, edit), count in edits.items()),
    ]
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description="Wrong verdicts on unrelated images.")
    parser.add_argument("--photos", type=int, default=150, help="number of photographs in the bank")
    parser.add_argument("--asked", type=int, default=120, help="number of other photographs")
    parser.add_argument("--draws", type=int, default=1, help="variants of each edit")
    parser.add_argument("--hard", type=int, default=20, help="pairs for each shared frame")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, help="JSON file for the rows")
    given = parser.parse_args()
    chosen = choose_photographs(given.photos, given.seed)
    partners, asked = chosen.split_others(_PARTNERS, given.asked)
    draw = random.Random(given.seed)
    numbers = {attack.name: number for number, attack in enumerate(ATTACKS)}
    landscape = [name for name in chosen.banked if _is_landscape(name)]
    hard = [
        (numbers[one], numbers[other], *draw.sample(landscape, 2), given.seed)
        for one, other in (*zip(SHARED, SHARED, strict=True), *MOVED)
        for _ in range(given.hard)
    ]
    framed = list(in_parallel(_prepare, ((), partners), _same_frame, hard))
    print(summary(f"seed {given.seed}, hard negatives", framed, len(framed)), flush=True)
    drawn = [f"{given.seed}.{draw}" for draw in range(given.draws)]
    tasks = [(number, name, one) for name in asked for one in drawn for number in range(len(ATTACKS))]
    unrelated = list(in_parallel(_prepare, (chosen.banked, partners), _unrelated, tasks))
    pairs = len(unrelated) * len(chosen.banked)
    print("\n" + summary(f"seed {given.seed}, unrelated images", unrelated, pairs))
    if given.out:
        given.out.write_text(
            json.dumps(
                {
                    "seed": given.seed,
                    "banked": len(chosen.banked),
                    "hard": framed,
                    "unrelated": unrelated,
                }
            )
        )


if __name__ == "__main__":
    main()
