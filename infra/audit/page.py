"""A bundle as a page that can be read and printed, without the picture."""

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
    checked = verify_bundle(bundle)
    verdict = (
        f"{checked.records} records, each of which follows from the one before it."
        if not checked.errors
        else "Not whole: " + "; ".join(checked.errors)
    )
    chains = "\n".join(_chain_table(chain) for chain in bundle["chains"])
    anchors = "\n".join(
        f"<li><code>{_escape(json.loads(one['text'])['number'])}</code>, of "
        f"{_escape(json.loads(one['text'])['at'])}: <code>{_escape(one['digest'])}</code></li>"
        for one in bundle["anchors"]
    )
    return f"""<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Case {_escape(bundle["case_id"])}</title><style>{_STYLE}</style></head>
<body>
<h1>Case {_escape(bundle["case_id"])}</h1>
<p>Made on {_escape(bundle["made_at"])} by {_escape(bundle["made_by"])}.
Digest <code>{_escape(bundle["digest"])}</code>.
The picture, and who reported it, are not in this document.</p>
<h2>The case</h2>
{_nested_list(bundle["case"])}
<h2>The audit</h2>
<p>{_escape(verdict)}</p>
{chains}
<h2>Anchors</h2>
<p>Digests of the chains' last records at a time, kept where nobody can change or delete them. Compare
these with the anchors in the locked bucket:
<code>python -m infra.audit check BUNDLE --anchors FOLDER</code>.</p>
<ul>{anchors}</ul>
</body>
</html>
"""


def _escape(value: object) -> str:
    return escape(str(value))


def _nested_list(value: object) -> str:
    """Anything JSON, as nested lists."""
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
        f"<h3>{_escape(chain['chain'])}</h3><table><thead><tr><th>No.</th><th>At</th><th>Who</th><th>What</th>"
        f"<th>Details</th><th>Digest</th></tr></thead><tbody>{rows}</tbody></table>"
    )
