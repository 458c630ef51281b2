"""Optional test data beside the checkout. It adds cases to tests; every test has cases without it."""

from __future__ import annotations

from pathlib import Path

SHARED = Path(__file__).parents[2] / "shared" / "data"


def shared_files(pattern: str) -> list[Path]:
    """Return the files below `../shared/data` that match a glob pattern, sorted; none if it is absent."""
    return sorted(path for path in SHARED.glob(pattern) if path.is_file())
