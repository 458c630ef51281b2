"""`.local/stack.json`: where everything of a running local stack is, for any client."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def write(path: Path, content: Mapping[str, Any]) -> None:
    """Write at once or not at all; for the owner alone, since it holds passwords."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".new")
    draft.touch(mode=0o600)
    draft.write_text(json.dumps({**content, "pid": os.getpid()}, indent=2) + "\n", encoding="utf-8")
    draft.replace(path)


def remove(path: Path) -> None:
    """Remove it, unless another stack has put its own there since."""
    try:
        if json.loads(path.read_text(encoding="utf-8")).get("pid") == os.getpid():
            path.unlink()
    except FileNotFoundError:
        return
