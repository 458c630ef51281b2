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

from staydown.domain.anchors import Anchor, check_anchored, check_sequence, digest_of
from staydown.domain.audit import ChainBroken, ChainHead, Record, verify

FORMAT = "staydown-bundle/1"


@dataclass(frozen=True, slots=True)
class Checked:
    """faults: what is wrong; none: it is as it was written. records: in all. vouched: how many of them the
    anchors that were had from elsewhere vouch for."""

    faults: tuple[str, ...]
    records: int
    vouched: int


def bundle_of(
    *,
    case_id: str,
    made_at: datetime,
    made_by: str,
    facts: Mapping[str, Any],
    chains: Iterable[tuple[str, ChainHead, Sequence[Record]]],
    anchors: Iterable[Anchor],
) -> dict[str, Any]:
    bundle: dict[str, Any] = {
        "format": FORMAT,
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
                        "previous": record.previous,
                        "digest": record.digest,
                    }
                    for record in records
                ],
            }
            for chain, head, records in chains
        ],
        "anchors": [{"digest": anchor.digest, "text": anchor.text} for anchor in anchors],
    }
    return {**bundle, "digest": _digest(bundle)}


def check_bundle(bundle: Mapping[str, Any], kept: Iterable[str] = ()) -> Checked:
    """Check a bundle with anchors that were had from elsewhere (as they are stored, in any order).

    Never raises for what a bundle says: what can't be read is a fault.
    """
    try:
        return _check(bundle, list(kept))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        return Checked((f"this is no bundle that can be read ({type(error).__name__})",), 0, 0)


def _check(bundle: Mapping[str, Any], kept: list[str]) -> Checked:
    faults: list[str] = []
    if bundle["format"] != FORMAT:
        faults.append(f"it is of another format: {bundle['format']}")
    if _digest({name: value for name, value in bundle.items() if name != "digest"}) != bundle["digest"]:
        faults.append("its digest is of another content")
    trusted = sorted((Anchor.from_text(text) for text in kept), key=lambda anchor: anchor.number)
    try:
        check_sequence(trusted)
    except ChainBroken as error:
        faults.append(f"the anchors that were kept: {error}")
    faults += _anchor_faults(bundle["anchors"], {anchor.number: anchor for anchor in trusted})
    own = [Anchor.from_text(one["text"]) for one in bundle["anchors"]]
    records = vouched = 0
    for told in bundle["chains"]:
        chain = str(told["chain"])
        those = [_record(chain, one) for one in told["records"]]
        records += len(those)
        try:
            verify(those, ChainHead(int(told["head"]["seq"]), str(told["head"]["digest"])))
            check_anchored(chain, those, own)
            vouched += check_anchored(chain, those, trusted)
        except ChainBroken as error:
            faults.append(f"{chain}: {error}")
    return Checked(tuple(faults), records, vouched)


def _anchor_faults(told: Sequence[Mapping[str, Any]], trusted: Mapping[int, Anchor]) -> list[str]:
    faults = []
    for one in told:
        anchor = Anchor.from_text(one["text"])
        if digest_of(one["text"]) != one["digest"]:
            faults.append(f"anchor {anchor.number}: its digest is of another content")
        kept = trusted.get(anchor.number)
        if kept is not None and kept != anchor:
            faults.append(f"anchor {anchor.number}: the one that was kept says otherwise")
    return faults


def _record(chain: str, told: Mapping[str, Any]) -> Record:
    return Record(
        chain=chain,
        seq=int(told["seq"]),
        at=datetime.fromisoformat(told["at"]),
        actor=str(told["actor"]),
        action=str(told["action"]),
        details=dict(told["details"]),
        previous=str(told["previous"]),
        digest=str(told["digest"]),
    )


def _digest(bundle: Mapping[str, Any]) -> str:
    text = json.dumps(bundle, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
