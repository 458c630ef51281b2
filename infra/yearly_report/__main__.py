"""The yearly report, as JSON, as CSV and as a page with charts.

    python -m infra.yearly_report 2026 --api https://… --out report/

The token of a senior or an admin is read from the environment variable STAYDOWN_TOKEN. What `make run` has
started is found without --api and without a token.
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
    """Why there is no report."""


def fetch_metrics(api: str, token: str, year: int) -> dict[str, Any]:
    """The figures of a year and of each of its months, from GET /v1/stats. Raise NoReport if refused."""

    def figures(first: date, last: date) -> dict[str, Any]:
        answer = requests.get(
            f"{api}/v1/stats",
            params={"from": first.isoformat(), "to": last.isoformat()},
            headers={"Authorization": f"Bearer {token}"},
            timeout=60,
        )
        if answer.status_code != 200:
            raise CommandFailed(f"{api} answered {answer.status_code}: {answer.text[:300]}")
        told: dict[str, Any] = answer.json()
        # Who did what is for those who lead the reviewers, and not for a report.
        return {name: told[name] for name in told if name not in {"reviewers", "cases", "queue"}}

    months = [
        figures(date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1]))
        for month in range(1, 13)
    ]
    return {"year": year, "whole": figures(date(year, 1, 1), date(year, 12, 31)), "months": months}


def write_files(report: dict[str, Any], folder: Path) -> list[Path]:
    """The three files, written anew."""
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


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m infra.yearly_report",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("year", type=int, choices=range(2020, 2101), metavar="YEAR")
    parser.add_argument("--api", help="its address")
    parser.add_argument("--out", type=Path, default=Path(), help="folder (default: this one)")
    given = parser.parse_args(arguments)
    if given.year > datetime.now(UTC).year:
        parser.error(f"{given.year} has not begun")
    try:
        api, token = api_and_token(given.api)
        for path in write_files(fetch_metrics(api, token, given.year), given.out):
            print(path)
    except (CommandFailed, OSError, requests.RequestException) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


def api_and_token(api: str | None, *, username: str = "noor") -> tuple[str, str]:
    """Address and token; of the stack on this machine when none is given."""
    if api is not None:
        token = os.environ.get("STAYDOWN_TOKEN")
        if not token:
            raise CommandFailed("put the token of a senior into the environment variable STAYDOWN_TOKEN")
        return api.rstrip("/"), token
    if not LOCAL_STATE_FILE.is_file():
        raise CommandFailed("no --api, and no stack runs on this machine")
    stack = json.loads(LOCAL_STATE_FILE.read_text(encoding="utf-8"))
    tokens = {one["username"]: one["token"] for one in stack["reviewers"]}
    return stack["api_url"], tokens[username]


if __name__ == "__main__":
    sys.exit(main())
