"""Run the tool in a process of its own, and read its output."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from PIL import Image
from staydown.imaging.luma import rounded

from tests.imaging.sample_planes import scene

HASH_KEYS = ["path", "pdq", "quality", "phash", "error"]
MATCH_KEYS = ["path", "verdict", "distance", "entry", "view", "error"]
SECONDS = 60


def run(*arguments: str | Path | bytes, **options: Any) -> subprocess.CompletedProcess[str]:
    """Run the tool in a process of its own, for at most SECONDS."""
    command = [sys.executable, "-m", "staydown", *map(os.fsdecode, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False, **options)


def rows(*arguments: str | Path | bytes, **options: Any) -> list[dict[str, Any]]:
    """Run the tool, expect success, and return the rows it prints."""
    done = run(*arguments, **options)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def picture(seed: int) -> Image.Image:
    """A picture of a scene; each seed gives a different one."""
    return Image.fromarray(rounded(scene(seed, 480, 360)))


def save(image: Image.Image, path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    image.save(path, quality=90) if path.suffix == ".jpg" else image.save(path)
    return path
