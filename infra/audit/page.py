"""A bundle as a page that can be read and printed, without the picture."""

from __future__ import annotations

import json
from collections.abc import Mapping
from html import escape
from typing import Any

from staydown.domain.bundles import check_bundle

_STYLE = """
body { font: 1rem/1.5 Georgia, serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
table { border-collapse: collapse; width: 100%; font-size: .85rem }
th, td { border: 1px solid #888; padding: .25rem .5rem; text-align: left; vertical-align: top }
code, td.digest { font-family: monospace; word-break: break-all }
@media print { body { max-width: none } thead { display: table-header-group } tr { break-inside: avoid } }
"""


def page(bundle: Mapping[str, Any]) -> str:
    checked = check_bundle(bundle)
    verdict = (
        f"{checked.records} records, each of which follows from the one before it."
        if not checked.faults
        else "Not whole: " + "; ".join(checked.faults)
    )
    chains = "\n".join(_chain(chain) for chain in bundle["chains"])
    anchors = "\n".join(
        f"<li><code>{_text(json.loads(one['text'])['number'])}</code>, of "
        f"{_text(json.loads(one['text'])['at'])}: <code>{_text(one['digest'])}</code></li>"
        for one in bundle["anchors"]
    )
    return f"""<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Case {_text(bundle["case_id"])}</title><style>{_STYLE}</style></head>
<body>
<h1>Case {_text(bundle["case_id"])}</h1>
<p>Made on {_text(bundle["made_at"])} by {_text(bundle["made_by"])}.
Digest <code>{_text(bundle["digest"])}</code>.
The picture, and who reported it, are not in this document.</p>
<h2>The case</h2>
{_facts(bundle["case"])}
<h2>The audit</h2>
<p>{_text(verdict)}</p>
{chains}
<h2>Anchors</h2>
<p>Digests of the chains' last records at a time, kept where nobody can change or delete them. Compare
these with the anchors in the locked bucket:
<code>python -m infra.audit check BUNDLE --anchors FOLDER</code>.</p>
<ul>{anchors}</ul>
</body>
</html>
"""


def _text(value: object) -> str:
    return escape(str(value))


def _facts(value: object) -> str:
    """Anything JSON, as nested lists."""
    if isinstance(value, Mapping):
        rows = "".join(f"<li>{_text(name)}: {_facts(inner)}</li>" for name, inner in value.items())
        return f"<ul>{rows}</ul>"
    if isinstance(value, list):
        return "<ol>" + "".join(f"<li>{_facts(inner)}</li>" for inner in value) + "</ol>" if value else "none"
    return "none" if value is None else _text(value)


def _chain(chain: Mapping[str, Any]) -> str:
    rows = "\n".join(
        f"<tr><td>{_text(record['seq'])}</td><td>{_text(record['at'])}</td><td>{_text(record['actor'])}</td>"
        f"<td>{_text(record['action'])}</td><td>{_text(json.dumps(record['details'], sort_keys=True))}</td>"
        f"<td class='digest'>{_text(record['digest'])}</td></tr>"
        for record in chain["records"]
    )
    return (
        f"<h3>{_text(chain['chain'])}</h3><table><thead><tr><th>No.</th><th>At</th><th>Who</th><th>What</th>"
        f"<th>Details</th><th>Digest</th></tr></thead><tbody>{rows}</tbody></table>"
    )
