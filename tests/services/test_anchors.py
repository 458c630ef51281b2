"""Every manipulation of the audit records is detected, at the latest by the anchors."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from staydown.aws.codec import Codec, to_dynamodb
from staydown.domain.audit.anchors import Anchor, verify_anchor_sequence
from staydown.domain.audit.bundles import build_bundle, verify_bundle
from staydown.domain.audit.chain import AuditRecord, ChainBroken, ChainHead, next_record
from staydown.domain.cases.decisions import DecisionOutcome
from staydown.domain.errors import CaseIsLocked, Conflict
from staydown.services.access.cases import Viewer
from staydown.services.records import anchor_audit as anchoring
from staydown.services.records.anchor_audit import anchor_audit
from staydown.services.records.export_case import export_case
from staydown.services.records.read_audit import read_case_audit
from staydown.services.review.review_queue import claim_case

from tests.support.actions import Story, appeal_case, decide, enforced_story, report, resolve_appeal
from tests.support.sample_images import drawn
from tests.support.world import World


def anchored(world: World) -> list[Anchor]:
    """Count and anchor the records, as the stream and the schedule do."""
    world.count_audit()
    return anchor_audit(world.stack)


def audited_story(world: World) -> Story:
    story = enforced_story(world, drawn(1))
    resolve_appeal(world, appeal_case(world, story.upload))
    world.drain()
    anchored(world)
    return story


def export(world: World, case_id: str, *, child_safety: bool = False) -> dict[str, Any]:
    bundle = export_case(world.stack, case_id, Viewer("noor", senior=True, child_safety=child_safety))
    copied: dict[str, Any] = json.loads(json.dumps(bundle))
    return copied


class Forger:
    """An attacker with write access to the audit table and to the chain heads."""

    def __init__(self, world: World, case_id: str) -> None:
        self._stack = world.stack
        self._settings = world.cloud.settings
        self._case_id = case_id
        self.chain = f"case:{case_id}"
        self.records = list(world.stack.audit.list_records(self.chain))

    def rewrite(self, records: list[AuditRecord]) -> None:
        """Replace the chain by these records and set the head of the case to match."""
        table = self._settings.audit_table
        for old in self.records:
            key = {"pk": {"S": self.chain}, "sk": {"S": f"{old.seq:010}"}}
            self._stack.dynamodb.delete_item(TableName=table, Key=key)
        transaction = self._stack.transaction()
        for record in records:
            item = {**Codec(AuditRecord).dump(record), "pk": self.chain, "sk": f"{record.seq:010}"}
            transaction.put(table, item)
        case = self._stack.cases.get_case(self._case_id)
        assert case is not None
        last = records[-1]
        self._stack.cases.save_case(transaction, replace(case, audit=ChainHead(last.seq, last.digest)))
        transaction.commit()

    def forged(self, at: int, **changes: Any) -> list[AuditRecord]:
        """Return the chain with one record changed and all later digests recomputed."""
        head, made = ChainHead(), []
        for number, old in enumerate(self.records):
            one = replace(old, **changes) if number == at else old
            record, head = next_record(
                self.chain, head, at=one.at, actor=one.actor, action=one.action, details=one.details
            )
            made.append(record)
        return made


def first_fault(world: World, case_id: str) -> str | None:
    return read_case_audit(world.stack, case_id)[0].error


def test_audit_is_anchored_up_to_its_last_record(either_world: World) -> None:
    world = either_world
    story = audited_story(world)
    chains = read_case_audit(world.stack, story.case.case_id)
    assert chains
    for chain in chains:
        assert (chain.error, chain.anchored_seq) == (None, len(chain.records))


def test_any_rewritten_record_is_detected(world: World) -> None:
    case_id = audited_story(world).case.case_id
    forger = Forger(world, case_id)
    for place in range(len(forger.records)):
        forger.rewrite(forger.forged(place, actor="an attacker"))
        found = first_fault(world, case_id)
        assert found is not None and "rewritten" in found, place
        forger.rewrite(forger.records)
    assert first_fault(world, case_id) is None


def test_removed_last_record_is_detected(world: World) -> None:
    case_id = audited_story(world).case.case_id
    forger = Forger(world, case_id)
    forger.rewrite(forger.records[:-1])
    assert f"covers {len(forger.records)} records" in str(first_fault(world, case_id))
    forger.rewrite(forger.records)


def test_changed_or_missing_record_is_detected_before_anchoring(world: World) -> None:
    case_id = enforced_story(world, drawn(1)).case.case_id
    forger = Forger(world, case_id)
    table = world.cloud.settings.audit_table
    changed = {**Codec(AuditRecord).dump(replace(forger.records[0], actor="x")), "pk": forger.chain}
    world.stack.dynamodb.update_item(
        TableName=table,
        Key={"pk": {"S": forger.chain}, "sk": {"S": "0000000001"}},
        UpdateExpression="SET actor = :x",
        ExpressionAttributeValues=to_dynamodb({":x": changed["actor"]}),
    )
    assert "content was changed" in str(first_fault(world, case_id))
    forger.rewrite(forger.records)
    world.stack.dynamodb.delete_item(
        TableName=table, Key={"pk": {"S": forger.chain}, "sk": {"S": "0000000002"}}
    )
    assert "the end of the chain is missing" in str(first_fault(world, case_id))
    forger.rewrite(forger.records)


def test_each_anchor_links_to_the_previous_one(world: World) -> None:
    audited_story(world)
    report(world, world.upload("alpha", "eve", drawn(2)))
    anchored(world)
    texts = [world.stack.anchors.read_anchor(number) for number in (1, 2)]
    assert world.stack.anchors.read_anchor(3) is None
    one, two = (Anchor.from_json(str(text)) for text in texts)
    verify_anchor_sequence([one, two])
    with pytest.raises(ChainBroken):
        verify_anchor_sequence([one, replace(two, previous_digest="0" * 64)])
    with pytest.raises(ChainBroken):
        verify_anchor_sequence([one, replace(two, number=3)])


def test_unchanged_chains_are_not_anchored_again(world: World) -> None:
    audited_story(world)
    assert anchored(world) == []


def test_many_chains_need_several_anchors(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(anchoring, "HEADS_PER_ANCHOR", 2)
    filed = [report(world, world.upload("alpha", f"ann{n}", drawn(n))) for n in range(5)]
    anchors = anchored(world)
    assert [len(anchor.heads) for anchor in anchors] == [2, 2, 1]
    verify_anchor_sequence(anchors)
    for one in filed:
        assert read_case_audit(world.stack, one.cases[0].case_id)[0].anchored_seq == 1


def test_interrupted_run_resumes_where_it_stopped(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    case_id = report(world, world.upload("alpha", "ann", drawn(1))).cases[0].case_id
    world.count_audit()
    with monkeypatch.context() as stopped:
        stopped.setattr(type(world.stack.anchors), "record_anchored_head", lambda *_, **__: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            anchor_audit(world.stack)
    claim_case(world.stack, case_id=case_id, reviewer="ada")
    anchors = anchored(world)
    assert [anchor.number for anchor in anchors] == [1, 2]
    (chain,) = read_case_audit(world.stack, case_id)
    assert (chain.error, chain.anchored_seq) == (None, 2)


def test_bundle_is_complete_and_never_names_the_reporter(world: World) -> None:
    case_id = audited_story(world).case.case_id
    bundle = export(world, case_id)
    text = json.dumps(bundle)
    assert "Jane Roe" not in text
    assert "jane@example.org" not in text
    assert "that is me" in text
    assert bundle["case"]["appeals"][0]["outcome"] == "upheld"
    assert bundle["chains"][0]["records"][-1]["action"] == "case.exported"
    kept = [str(world.stack.anchors.read_anchor(1))]
    checked = verify_bundle(bundle, kept)
    assert checked.errors == ()
    # The export itself is recorded after the anchor.
    assert checked.anchored == checked.records - 1
    assert verify_bundle(bundle).anchored == 0


TAMPERED: dict[str, Callable[[dict[str, Any]], None]] = {
    "a fact": lambda bundle: bundle["case"]["decision"].update(reasons="other"),
    "a record": lambda bundle: bundle["chains"][0]["records"][0].update(actor="x"),
    "its details": lambda bundle: bundle["chains"][0]["records"][1]["details"].update(outcome="x"),
    "no last record": lambda bundle: bundle["chains"][0]["records"].pop(),
    "no first record": lambda bundle: bundle["chains"][0]["records"].pop(0),
    "two records swapped": lambda bundle: bundle["chains"][0]["records"].reverse(),
    "a head": lambda bundle: bundle["chains"][0]["head"].update(digest="0" * 64),
    "an anchor": lambda bundle: bundle["anchors"][0].update(digest="0" * 64),
    "no chains": lambda bundle: bundle.pop("chains"),
    "no records": lambda bundle: bundle["chains"][0].pop("records"),
    "another format": lambda bundle: bundle.update(format="x"),
}


@pytest.mark.parametrize("how", TAMPERED)
def test_changed_bundle_is_detected(world: World, how: str) -> None:
    bundle = export(world, audited_story(world).case.case_id)
    kept = [str(world.stack.anchors.read_anchor(1))]
    tampered = copy.deepcopy(bundle)
    TAMPERED[how](tampered)
    assert verify_bundle(tampered, kept).errors
    assert not verify_bundle(bundle, kept).errors


def test_rewritten_chain_in_a_bundle_needs_a_stored_anchor(world: World) -> None:
    """A forged bundle can be consistent in itself, with its anchors."""
    case_id = audited_story(world).case.case_id
    kept = [str(world.stack.anchors.read_anchor(1))]
    forger = Forger(world, case_id)
    forged = forger.forged(0, actor="an attacker")
    bundle = build_bundle(
        case_id=case_id,
        made_at=world.clock.now,
        made_by="mallory",
        facts={},
        chains=[(forger.chain, ChainHead(forged[-1].seq, forged[-1].digest), forged)],
        anchors=[],
    )
    assert verify_bundle(bundle).errors == ()
    assert any("rewritten" in fault for fault in verify_bundle(bundle, kept).errors)


def test_broken_audit_is_not_certified(world: World) -> None:
    case_id = audited_story(world).case.case_id
    forger = Forger(world, case_id)
    genuine = forger.records
    forger.rewrite(forger.forged(0, actor="an attacker"))
    with pytest.raises(Conflict):
        export(world, case_id)
    Forger(world, case_id).rewrite(genuine)


def test_locked_case_is_exported_only_by_the_restricted_group(world: World) -> None:
    case_id = report(world, world.upload("alpha", "ann", drawn(1))).cases[0].case_id
    decide(world, case_id, DecisionOutcome.SUSPECTED_CHILD)
    with pytest.raises(CaseIsLocked):
        export(world, case_id)
    assert export(world, case_id, child_safety=True)["case"]["state"] == "locked"
