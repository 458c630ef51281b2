"""`.local/stack.json`: the addresses and credentials of the running local stack, for any client."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def write(path: Path, content: Mapping[str, Any]) -> None:
    """Write the file atomically, readable by its owner only because it contains passwords."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".new")
    temporary.touch(mode=0o600)
    temporary.write_text(json.dumps({**content, "pid": os.getpid()}, indent=2) + "\n", encoding="utf-8")
    temporary.replace(path)


def remove(path: Path) -> None:
    """Remove the file, unless another process has written it since."""
    try:
        if json.loads(path.read_text(encoding="utf-8")).get("pid") == os.getpid():
            path.unlink()
    except FileNotFoundError:
        return
