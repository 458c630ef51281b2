"""Audit records, anchors and an evidence bundle of an earlier release are read and verified."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from staydown.aws.codec import Codec
from staydown.aws.stack import Stack
from staydown.domain.audit.anchors import (
    Anchor,
    anchor_digest,
    verify_against_anchors,
    verify_anchor_sequence,
)
from staydown.domain.audit.bundles import verify_bundle
from staydown.domain.audit.chain import AuditRecord, ChainBroken, ChainHead, next_record, verify_chain
from staydown.services.access.cases import Viewer
from staydown.services.records.export_case import export_case
from staydown.services.records.read_audit import read_case_audit

from tests.compatibility.everything import put_items
from tests.compatibility.golden_data import golden
from tests.support.clock import Clock
from tests.support.cloud import memory_cloud

STORY: dict[str, Any] = golden("case_on_record")
"""All tables, the anchors and the bundle of a case that was reported, decided, appealed and reversed."""
ANCHORS = [Anchor.from_json(text) for _, text in sorted(STORY["anchors"].items())]
CHAINS: dict[str, list[dict[str, Any]]] = {}
for _item in STORY["tables"]["audittable"]:
    CHAINS.setdefault(_item["chain"], []).append(_item)


def records_of(chain: str) -> list[AuditRecord]:
    return [Codec(AuditRecord).load(item) for item in CHAINS[chain]]


def head_of(chain: str) -> ChainHead:
    return ChainHead(CHAINS[chain][-1]["seq"], CHAINS[chain][-1]["digest"])


@pytest.fixture
def stack() -> Iterator[Stack]:
    """A stack with the tables and anchors from the time of the export of the bundle."""
    with memory_cloud() as cloud:
        put_items(cloud, ((table, item) for table, items in STORY["tables"].items() for item in items))
        for key, text in STORY["anchors"].items():
            s3 = cloud.session.client("s3")
            s3.put_object(Bucket=cloud.settings.anchors_bucket, Key=key, Body=text.encode())
        made_at = datetime.fromisoformat(STORY["bundle"]["made_at"])
        yield Stack(cloud.settings, cloud.session, now=Clock(made_at))


@pytest.mark.parametrize("chain", sorted(CHAINS))
def test_golden_chain_is_whole(chain: str) -> None:
    verify_chain(records_of(chain), head_of(chain))


@pytest.mark.parametrize("chain", sorted(CHAINS))
def test_golden_chain_is_written_the_same_again(chain: str) -> None:
    head, rewritten = ChainHead(), []
    for old in records_of(chain):
        record, head = next_record(
            chain, head, at=old.at, actor=old.actor, action=old.action, details=old.details
        )
        rewritten.append(record)
    assert (rewritten, head) == (records_of(chain), head_of(chain))


def test_change_to_a_golden_chain_is_detected() -> None:
    chain = max(CHAINS, key=lambda name: len(CHAINS[name]))
    assert len(CHAINS[chain]) > 3
    items = copy.deepcopy(CHAINS[chain])
    items[1]["details"] = {**items[1]["details"], "outcome": "not_violating"}
    with pytest.raises(ChainBroken):
        verify_chain([Codec(AuditRecord).load(item) for item in items], head_of(chain))


def test_golden_anchors_follow_one_another() -> None:
    assert len(ANCHORS) > 1
    verify_anchor_sequence(ANCHORS)
    assert [anchor.canonical_json for anchor in ANCHORS] == [
        text for _, text in sorted(STORY["anchors"].items())
    ]
    assert [anchor.digest for anchor in ANCHORS] == [
        anchor_digest(anchor.canonical_json) for anchor in ANCHORS
    ]


@pytest.mark.parametrize("chain", sorted(CHAINS))
def test_golden_anchors_cover_the_whole_chain(chain: str) -> None:
    assert verify_against_anchors(chain, records_of(chain), ANCHORS) == len(CHAINS[chain])


def test_audit_of_golden_tables_is_verified(stack: Stack) -> None:
    chains = read_case_audit(stack, STORY["case_id"])
    assert {chain.chain for chain in chains} <= set(CHAINS)
    assert f"case:{STORY['case_id']}" in {chain.chain for chain in chains}
    for chain in chains:
        assert (chain.error, chain.anchored_seq) == (None, len(chain.records))


def test_golden_bundle_is_verified() -> None:
    checked = verify_bundle(STORY["bundle"], STORY["anchors"].values())
    assert (checked.errors, checked.records, checked.anchored) == (
        (),
        STORY["bundle_records"],
        STORY["bundle_records"] - 1,
    )


def test_change_to_a_golden_bundle_is_detected() -> None:
    bundle = copy.deepcopy(STORY["bundle"])
    bundle["chains"][0]["records"][0]["actor"] = "mallory"
    assert verify_bundle(bundle, STORY["anchors"].values()).errors


def test_bundle_of_golden_tables_says_the_same(stack: Stack) -> None:
    viewer = Viewer("noor", senior=True, child_safety=False)
    bundle = json.loads(json.dumps(export_case(stack, STORY["case_id"], viewer)))
    golden_bundle = STORY["bundle"]
    assert verify_bundle(bundle, STORY["anchors"].values()).errors == ()
    assert set(bundle) == set(golden_bundle)
    for name in ("format", "case_id", "made_at", "made_by", "case", "anchors"):
        assert bundle[name] == golden_bundle[name], name
    # The last record of the first chain is about the export. Its details may be extended.
    first, *others = bundle["chains"]
    golden_first, *golden_others = golden_bundle["chains"]
    assert first["records"][:-1] == golden_first["records"][:-1]
    assert set(first) == set(golden_first)
    assert others == golden_others
