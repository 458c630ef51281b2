"""Evidence bundles: the audit records of a case as plain JSON, which this module alone can verify.

The exporter of a bundle could have written all of it. So a bundle alone proves only that it is consistent.
Proof that no record was rewritten needs an anchor from another source: the locked bucket, or a copy that a
third party kept.
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
    """The result of verifying a bundle."""

    errors: tuple[str, ...]
    """What is wrong with the bundle; empty if it is unchanged."""
    records: int
    anchored: int
    """How many of the records are covered by trusted anchors."""


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
    """Verify a bundle against trusted anchors: their stored texts, in any order.

    Report an unreadable bundle as an error in the result; raise nothing.
    """
    try:
        return _verify(bundle, list(trusted_anchors))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        return BundleVerification((f"the bundle is unreadable ({type(error).__name__})",), 0, 0)


def _verify(bundle: Mapping[str, Any], trusted_anchors: list[str]) -> BundleVerification:
    errors: list[str] = []
    if bundle["format"] != BUNDLE_FORMAT:
        errors.append(f"unknown format: {bundle['format']}")
    if _digest({name: value for name, value in bundle.items() if name != "digest"}) != bundle["digest"]:
        errors.append("the digest does not match the content")
    trusted = sorted((Anchor.from_json(text) for text in trusted_anchors), key=lambda anchor: anchor.number)
    try:
        verify_anchor_sequence(trusted)
    except ChainBroken as error:
        errors.append(f"trusted anchors: {error}")
    errors += _anchor_errors(bundle["anchors"], {anchor.number: anchor for anchor in trusted})
    bundled_anchors = [Anchor.from_json(item["text"]) for item in bundle["anchors"]]
    count = anchored = 0
    for item in bundle["chains"]:
        chain = str(item["chain"])
        records = [_parse_record(chain, fields) for fields in item["records"]]
        count += len(records)
        try:
            verify_chain(records, ChainHead(int(item["head"]["seq"]), str(item["head"]["digest"])))
            verify_against_anchors(chain, records, bundled_anchors)
            anchored += verify_against_anchors(chain, records, trusted)
        except ChainBroken as error:
            errors.append(f"{chain}: {error}")
    return BundleVerification(tuple(errors), count, anchored)


def _anchor_errors(bundled: Sequence[Mapping[str, Any]], trusted: Mapping[int, Anchor]) -> list[str]:
    errors = []
    for item in bundled:
        anchor = Anchor.from_json(item["text"])
        if anchor_digest(item["text"]) != item["digest"]:
            errors.append(f"anchor {anchor.number}: the digest does not match the content")
        trusted_anchor = trusted.get(anchor.number)
        if trusted_anchor is not None and trusted_anchor != anchor:
            errors.append(f"anchor {anchor.number}: differs from the trusted anchor")
    return errors


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
