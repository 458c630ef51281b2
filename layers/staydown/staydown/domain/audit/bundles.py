"""Bundles: a case on record, as plain JSON that can be checked with nothing but this module.

Everything in a bundle was written by whoever made it, so a bundle alone shows no more than that it fits
together. What shows that nothing was written anew is an anchor that was had from elsewhere: from the locked
bucket, or from somebody who kept a copy at the time.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from staydown.domain.audit.anchors import (
    Anchor,
    anchor_digest,
    verify_against_anchors,
    verify_anchor_sequence,
)
from staydown.domain.audit.chain import AuditRecord, ChainBroken, ChainHead, verify_chain

BUNDLE_FORMAT = "staydown-bundle/1"


@dataclass(frozen=True, slots=True)
class BundleVerification:
    """faults: what is wrong; none: it is as it was written. records: in all. vouched: how many of them the
    anchors that were had from elsewhere vouch for."""

    errors: tuple[str, ...]
    records: int
    anchored: int


def build_bundle(
    *,
    case_id: str,
    made_at: datetime,
    made_by: str,
    facts: Mapping[str, Any],
    chains: Iterable[tuple[str, ChainHead, Sequence[AuditRecord]]],
    anchors: Iterable[Anchor],
) -> dict[str, Any]:
    bundle: dict[str, Any] = {
        "format": BUNDLE_FORMAT,
        "case_id": case_id,
        "made_at": made_at.isoformat(),
        "made_by": made_by,
        "case": dict(facts),
        "chains": [
            {
                "chain": chain,
                "head": {"seq": head.seq, "digest": head.digest},
                "records": [
                    {
                        "seq": record.seq,
                        "at": record.at.isoformat(),
                        "actor": record.actor,
                        "action": record.action,
                        "details": dict(record.details),
                        "previous": record.previous_digest,
                        "digest": record.digest,
                    }
                    for record in records
                ],
            }
            for chain, head, records in chains
        ],
        "anchors": [{"digest": anchor.digest, "text": anchor.canonical_json} for anchor in anchors],
    }
    return {**bundle, "digest": _digest(bundle)}


def verify_bundle(bundle: Mapping[str, Any], trusted_anchors: Iterable[str] = ()) -> BundleVerification:
    """Check a bundle with anchors that were had from elsewhere (as they are stored, in any order).

    Never raises for what a bundle says: what can't be read is a fault.
    """
    try:
        return _verify(bundle, list(trusted_anchors))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        return BundleVerification((f"this is no bundle that can be read ({type(error).__name__})",), 0, 0)


def _verify(bundle: Mapping[str, Any], trusted_anchors: list[str]) -> BundleVerification:
    faults: list[str] = []
    if bundle["format"] != BUNDLE_FORMAT:
        faults.append(f"it is of another format: {bundle['format']}")
    if _digest({name: value for name, value in bundle.items() if name != "digest"}) != bundle["digest"]:
        faults.append("its digest is of another content")
    trusted = sorted((Anchor.from_json(text) for text in trusted_anchors), key=lambda anchor: anchor.number)
    try:
        verify_anchor_sequence(trusted)
    except ChainBroken as error:
        faults.append(f"the anchors that were kept: {error}")
    faults += _anchor_errors(bundle["anchors"], {anchor.number: anchor for anchor in trusted})
    own = [Anchor.from_json(one["text"]) for one in bundle["anchors"]]
    records = vouched = 0
    for told in bundle["chains"]:
        chain = str(told["chain"])
        those = [_parse_record(chain, one) for one in told["records"]]
        records += len(those)
        try:
            verify_chain(those, ChainHead(int(told["head"]["seq"]), str(told["head"]["digest"])))
            verify_against_anchors(chain, those, own)
            vouched += verify_against_anchors(chain, those, trusted)
        except ChainBroken as error:
            faults.append(f"{chain}: {error}")
    return BundleVerification(tuple(faults), records, vouched)


def _anchor_errors(bundled: Sequence[Mapping[str, Any]], trusted: Mapping[int, Anchor]) -> list[str]:
    faults = []
    for one in bundled:
        anchor = Anchor.from_json(one["text"])
        if anchor_digest(one["text"]) != one["digest"]:
            faults.append(f"anchor {anchor.number}: its digest is of another content")
        kept = trusted.get(anchor.number)
        if kept is not None and kept != anchor:
            faults.append(f"anchor {anchor.number}: the one that was kept says otherwise")
    return faults


def _parse_record(chain: str, fields: Mapping[str, Any]) -> AuditRecord:
    return AuditRecord(
        chain=chain,
        seq=int(fields["seq"]),
        at=datetime.fromisoformat(fields["at"]),
        actor=str(fields["actor"]),
        action=str(fields["action"]),
        details=dict(fields["details"]),
        previous_digest=str(fields["previous"]),
        digest=str(fields["digest"]),
    )


def _digest(bundle: Mapping[str, Any]) -> str:
    text = json.dumps(bundle, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
