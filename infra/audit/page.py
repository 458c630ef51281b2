"""Render an evidence bundle as a page to read and print, without the image."""

from __future__ import annotations

import json
from collections.abc import Mapping
from html import escape
from typing import Any

from staydown.domain.audit.bundles import verify_bundle

_STYLE = """
body { font: 1rem/1.5 Georgia, serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
table { border-collapse: collapse; width: 100%; font-size: .85rem }
th, td { border: 1px solid #888; padding: .25rem .5rem; text-align: left; vertical-align: top }
code, td.digest { font-family: monospace; word-break: break-all }
@media print { body { max-width: none } thead { display: table-header-group } tr { break-inside: avoid } }
"""


def render_page(bundle: Mapping[str, Any]) -> str:
    verification = verify_bundle(bundle)
    verdict = (
        f"{verification.records} records. Every record matches its predecessor."
        if not verification.errors
        else "Broken: " + "; ".join(verification.errors)
    )
    chains = "\n".join(_chain_table(chain) for chain in bundle["chains"])
    anchors = "\n".join(
        f"<li><code>{_escape(json.loads(anchor['text'])['number'])}</code>, of "
        f"{_escape(json.loads(anchor['text'])['at'])}: <code>{_escape(anchor['digest'])}</code></li>"
        for anchor in bundle["anchors"]
    )
    return f"""<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Case {_escape(bundle["case_id"])}</title><style>{_STYLE}</style></head>
<body>
<h1>Case {_escape(bundle["case_id"])}</h1>
<p>Exported on {_escape(bundle["made_at"])} by {_escape(bundle["made_by"])}.
Digest <code>{_escape(bundle["digest"])}</code>.
This document contains neither the image nor the reporters.</p>
<h2>The case</h2>
{_nested_list(bundle["case"])}
<h2>The audit</h2>
<p>{_escape(verdict)}</p>
{chains}
<h2>Anchors</h2>
<p>An anchor contains the digests of the last records of the chains at one time. It is stored in a locked
bucket, where it cannot be changed or deleted. Compare these digests with the anchors in that bucket:
<code>python -m infra.audit check BUNDLE --anchors FOLDER</code>.</p>
<ul>{anchors}</ul>
</body>
</html>
"""


def _escape(value: object) -> str:
    return escape(str(value))


def _nested_list(value: object) -> str:
    """Render a JSON value as nested lists."""
    if isinstance(value, Mapping):
        rows = "".join(f"<li>{_escape(name)}: {_nested_list(inner)}</li>" for name, inner in value.items())
        return f"<ul>{rows}</ul>"
    if isinstance(value, list):
        return (
            "<ol>" + "".join(f"<li>{_nested_list(inner)}</li>" for inner in value) + "</ol>"
            if value
            else "none"
        )
    return "none" if value is None else _escape(value)


def _chain_table(chain: Mapping[str, Any]) -> str:
    rows = "\n".join(
        f"<tr><td>{_escape(record['seq'])}</td><td>{_escape(record['at'])}</td><td>{_escape(record['actor'])}</td>"
        f"<td>{_escape(record['action'])}</td>"
        f"<td>{_escape(json.dumps(record['details'], sort_keys=True))}</td>"
        f"<td class='digest'>{_escape(record['digest'])}</td></tr>"
        for record in chain["records"]
    )
    return (
        f"<h3>{_escape(chain['chain'])}</h3><table><thead><tr><th>No.</th><th>Time</th><th>Actor</th><th>Action</th>"
        f"<th>Details</th><th>Digest</th></tr></thead><tbody>{rows}</tbody></table>"
    )
