"""Verify the audit of cases.

    python -m infra.audit verify CASE_ID… --api https://…     verify the chains of cases against their anchors
    python -m infra.audit export CASE_ID --out FOLDER         export an evidence bundle as JSON and HTML
    python -m infra.audit check BUNDLE [--anchors FOLDER]     verify a bundle offline with your own anchors

Set the environment variable STAYDOWN_TOKEN to the token of a senior or an admin. Without --api, the commands
use the stack of `make run`, without a token. To copy the anchors from the locked bucket:
`aws s3 cp --recursive s3://BUCKET/anchors .`

Exit status: 0 if all chains are intact, 1 if one is broken, 2 if the verification could not run.
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
    all_intact = True
    for case_id in case_ids:
        response = requests.get(
            f"{api}/v1/audit/{case_id}", headers={"Authorization": f"Bearer {token}"}, timeout=60
        )
        if response.status_code != 200:
            raise CommandFailed(f"{case_id}: {response.status_code} {response.text[:300]}")
        for chain in response.json()["chains"]:
            verdict = "intact" if chain["whole"] else f"BROKEN, {chain['broken']}"
            coverage = f"{len(chain['records'])} records, anchored to {chain['anchored']}"
            print(f"{chain['chain']}: {coverage}: {verdict}")
            all_intact = all_intact and chain["whole"]
    return 0 if all_intact else 1


def export_bundle(api: str, token: str, case_id: str, folder: Path) -> int:
    response = requests.post(
        f"{api}/v1/audit/{case_id}/bundle", headers={"Authorization": f"Bearer {token}"}, timeout=60
    )
    if response.status_code != 200:
        raise CommandFailed(f"{case_id}: {response.status_code} {response.text[:300]}")
    bundle = response.json()
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in (("json", response.text), ("html", render_page(bundle))):
        path = folder / f"case-{case_id}.{name}"
        path.write_text(text, encoding="utf-8")
        print(path)
    return 0


def verify_bundle_file(path: Path, anchors: Path | None) -> int:
    """Verify a bundle file and return the exit status. anchors: a file, or a folder of them.

    Raise CommandFailed if the bundle is not JSON or the folder has no anchors.
    """
    anchor_texts: list[str] = []
    if anchors is not None:
        files = sorted(anchors.rglob("*.json")) if anchors.is_dir() else [anchors]
        if not files:
            raise CommandFailed(f"no anchors (*.json) in {anchors}")
        anchor_texts = [file.read_text(encoding="utf-8") for file in files]
    try:
        bundle = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        raise CommandFailed(f"{path} is not JSON") from None
    verification = verify_bundle(bundle, anchor_texts)
    for error in verification.errors:
        print(f"BROKEN: {error}")
    print(f"{verification.records} records, {verification.anchored} of them covered by your own anchors")
    if not verification.errors and not verification.anchored:
        print(
            "The chains are consistent. Only anchors from the locked bucket show that they are the originals."
        )
    return 1 if verification.errors else 0


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m infra.audit",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", required=True)
    verify = commands.add_parser("verify", help="verify the chains of cases against their anchors")
    verify.add_argument("case_ids", nargs="+", metavar="CASE_ID")
    export = commands.add_parser("export", help="export the evidence bundle of a case")
    export.add_argument("case_id", metavar="CASE_ID")
    export.add_argument("--out", type=Path, default=Path(), help="output folder (default: the current one)")
    for command in (verify, export):
        command.add_argument("--api", help="address of the API (default: the stack of `make run`)")
    check = commands.add_parser("check", help="verify a bundle offline")
    check.add_argument("bundle", type=Path, metavar="BUNDLE")
    check.add_argument("--anchors", type=Path, help="your own copies of the anchors: a folder or a file")
    arguments = parser.parse_args(argv)
    try:
        if arguments.command == "check":
            return verify_bundle_file(arguments.bundle, arguments.anchors)
        api, token = api_and_token(arguments.api)
        if arguments.command == "verify":
            return verify_chains(api, token, arguments.case_ids)
        return export_bundle(api, token, arguments.case_id, arguments.out)
    except (CommandFailed, OSError, ValueError, requests.RequestException) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
