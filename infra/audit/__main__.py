"""The audit from outside.

    python -m infra.audit verify CASE_ID… --api https://…     each chain, against itself and its anchors
    python -m infra.audit export CASE_ID --out FOLDER         a bundle for a court: JSON, and a page to read
    python -m infra.audit check BUNDLE [--anchors FOLDER]     offline, with anchors kept elsewhere

The token of a senior or an admin is read from the environment variable STAYDOWN_TOKEN; the stack of
`make run` is found without it. Anchors are had from the locked bucket, say by
`aws s3 cp --recursive s3://BUCKET/anchors .`
Exit status 0: everything is whole. 1: something is broken. 2: it could not be looked at.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import requests
from staydown.domain.audit.bundles import verify_bundle

from infra.audit.page import render_page
from infra.yearly_report.__main__ import CommandFailed, api_and_token


def verify_chains(api: str, token: str, case_ids: list[str]) -> int:
    whole = True
    for case_id in case_ids:
        answer = requests.get(
            f"{api}/v1/audit/{case_id}", headers={"Authorization": f"Bearer {token}"}, timeout=60
        )
        if answer.status_code != 200:
            raise CommandFailed(f"{case_id}: {answer.status_code} {answer.text[:300]}")
        for chain in answer.json()["chains"]:
            told = "whole" if chain["whole"] else f"BROKEN, {chain['broken']}"
            print(
                f"{chain['chain']}: {len(chain['records'])} records, anchored to {chain['anchored']}: {told}"
            )
            whole = whole and chain["whole"]
    return 0 if whole else 1


def export_bundle(api: str, token: str, case_id: str, folder: Path) -> int:
    answer = requests.post(
        f"{api}/v1/audit/{case_id}/bundle", headers={"Authorization": f"Bearer {token}"}, timeout=60
    )
    if answer.status_code != 200:
        raise CommandFailed(f"{case_id}: {answer.status_code} {answer.text[:300]}")
    bundle = answer.json()
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in (("json", answer.text), ("html", render_page(bundle))):
        path = folder / f"case-{case_id}.{name}"
        path.write_text(text, encoding="utf-8")
        print(path)
    return 0


def verify_bundle_file(path: Path, anchors: Path | None) -> int:
    """The bundle's path; a folder of anchors, or one of them. NoReport where either is none."""
    kept: list[str] = []
    if anchors is not None:
        files = sorted(anchors.rglob("*.json")) if anchors.is_dir() else [anchors]
        if not files:
            raise CommandFailed(f"no anchors (*.json) are in {anchors}")
        kept = [file.read_text(encoding="utf-8") for file in files]
    try:
        bundle = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        raise CommandFailed(f"{path} is not JSON") from None
    checked = verify_bundle(bundle, kept)
    for fault in checked.errors:
        print(f"BROKEN: {fault}")
    print(
        f"{checked.records} records, of which anchors that were kept elsewhere vouch for {checked.anchored}"
    )
    if not checked.errors and not checked.anchored:
        print("It fits together. That nothing was written anew, only an anchor from elsewhere can show.")
    return 1 if checked.errors else 0


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m infra.audit",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", required=True)
    verifying = commands.add_parser("verify", help="each chain, against itself and its anchors")
    verifying.add_argument("case_ids", nargs="+", metavar="CASE_ID")
    exporting = commands.add_parser("export", help="a bundle for a court")
    exporting.add_argument("case_id", metavar="CASE_ID")
    exporting.add_argument("--out", type=Path, default=Path(), help="folder (default: this one)")
    for command in (verifying, exporting):
        command.add_argument("--api", help="its address")
    checking = commands.add_parser("check", help="a bundle, offline")
    checking.add_argument("bundle", type=Path, metavar="BUNDLE")
    checking.add_argument(
        "--anchors", type=Path, help="anchors that were kept elsewhere: a folder, or one file"
    )
    given = parser.parse_args(arguments)
    try:
        if given.command == "check":
            return verify_bundle_file(given.bundle, given.anchors)
        api, token = api_and_token(given.api)
        if given.command == "verify":
            return verify_chains(api, token, given.case_ids)
        return export_bundle(api, token, given.case_id, given.out)
    except (CommandFailed, OSError, ValueError, requests.RequestException) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
