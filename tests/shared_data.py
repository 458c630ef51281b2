"""Where the photographs and hostile files lie that are not part of the project."""

from pathlib import Path

import pytest

SHARED = Path(__file__).parents[2] / "shared" / "data"

needs_shared_data = pytest.mark.skipif(
    not SHARED.is_dir(), reason="the shared test data (../shared/data) is not beside this checkout"
)
