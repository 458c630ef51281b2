"""Write the yearly transparency report as JSON, CSV and an HTML page with charts.

    python -m infra.yearly_report 2026 --api https://… --out report/

Set the environment variable STAYDOWN_TOKEN to the token of a senior or an admin. Without --api, the command
uses the stack of `make run`, without a token.
"""

from __future__ import annotations

import argparse
import calendar
import json
import os
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import requests

from infra.yearly_report.csv_table import to_csv
from infra.yearly_report.page import render_page

LOCAL_STATE_FILE = Path(__file__).parents[2] / ".local" / "stack.json"


class CommandFailed(Exception):
    """The command failed. The message says why."""


def fetch_metrics(api: str, token: str, year: int) -> dict[str, Any]:
    """Return the metrics of a year and of its months from GET /v1/stats. Raise CommandFailed."""

    def fetch(first: date, last: date) -> dict[str, Any]:
        response = requests.get(
            f"{api}/v1/stats",
            params={"from": first.isoformat(), "to": last.isoformat()},
            headers={"Authorization": f"Bearer {token}"},
            timeout=60,
        )
        if response.status_code != 200:
            raise CommandFailed(f"{api} returned {response.status_code}: {response.text[:300]}")
        metrics: dict[str, Any] = response.json()
        # The work of single reviewers does not belong in a published report.
        return {name: metrics[name] for name in metrics if name not in {"reviewers", "cases", "queue"}}

    months = [
        fetch(date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1]))
        for month in range(1, 13)
    ]
    return {"year": year, "whole": fetch(date(year, 1, 1), date(year, 12, 31)), "months": months}


def write_files(report: dict[str, Any], folder: Path) -> list[Path]:
    """Write the three files and return their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    texts = {
        "json": json.dumps(report, indent=1, ensure_ascii=False) + "\n",
        "csv": to_csv(report),
        "html": render_page(report),
    }
    written = []
    for kind, text in texts.items():
        path = folder / f"staydown-{report['year']}.{kind}"
        path.write_text(text, encoding="utf-8", newline="")
        written.append(path)
    return written


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m infra.yearly_report",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("year", type=int, choices=range(2020, 2101), metavar="YEAR")
    parser.add_argument("--api", help="address of the API (default: the stack of `make run`)")
    parser.add_argument("--out", type=Path, default=Path(), help="output folder (default: the current one)")
    arguments = parser.parse_args(argv)
    if arguments.year > datetime.now(UTC).year:
        parser.error(f"{arguments.year} has not begun")
    try:
        api, token = api_and_token(arguments.api)
        for path in write_files(fetch_metrics(api, token, arguments.year), arguments.out):
            print(path)
    except (CommandFailed, OSError, requests.RequestException) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


def api_and_token(api: str | None, *, username: str = "noor") -> tuple[str, str]:
    """Return the address of the API and a token, of the local stack if no address is given."""
    if api is not None:
        token = os.environ.get("STAYDOWN_TOKEN")
        if not token:
            raise CommandFailed("set the environment variable STAYDOWN_TOKEN to the token of a senior")
        return api.rstrip("/"), token
    if not LOCAL_STATE_FILE.is_file():
        raise CommandFailed("set --api, or start a local stack with `make run`")
    stack = json.loads(LOCAL_STATE_FILE.read_text(encoding="utf-8"))
    tokens = {user["username"]: user["token"] for user in stack["reviewers"]}
    return stack["api_url"], tokens[username]


if __name__ == "__main__":
    sys.exit(main())
