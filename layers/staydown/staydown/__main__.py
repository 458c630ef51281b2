"""`python -m staydown`: see `docs/tool.md`."""

from __future__ import annotations

import sys

from staydown.tool.command import main

if __name__ == "__main__":
    sys.exit(main())
