"""Verification detects every change to an audit chain."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from staydown.domain.audit.chain import AuditRecord, ChainBroken, ChainHead, next_record, verify_chain

from tests.domain.strategies import NOW

plain = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)
lines = st.tuples(
    st.sampled_from(["ada", "ben", "system"]),
    st.sampled_from(["case.opened", "case.claimed", "image.looked_at"]),
    st.dictionaries(st.text(max_size=3), plain, max_size=3),
)


def chain_of(written: list[tuple[str, str, dict[str, object]]]) -> tuple[list[AuditRecord], ChainHead]:
    head, records = ChainHead(), []
    for number, (actor, action, details) in enumerate(written):
        record, head = next_record(
            "case:c", head, at=NOW + timedelta(seconds=number), actor=actor, action=action, details=details
        )
        records.append(record)
    return records, head


chains = st.lists(lines, min_size=1, max_size=6).map(chain_of)


@given(st.lists(lines, max_size=6).map(chain_of))
def test_unchanged_chain_verifies(chain: tuple[list[AuditRecord], ChainHead]) -> None:
    records, head = chain
    verify_chain(records, head)
    assert head.seq == len(records)


@given(chains, st.data())
def test_changed_field_of_any_record_is_detected(
    chain: tuple[list[AuditRecord], ChainHead], data: st.DataObject
) -> None:
    records, head = chain
    place = data.draw(st.integers(0, len(records) - 1))
    changed = data.draw(
        st.sampled_from(
            [
                {"actor": "mallory"},
                {"action": "case.withdrawn"},
                {"at": NOW - timedelta(seconds=1)},
                {"details": {"more": 1}},
                {"chain": "case:other"},
                {"seq": records[place].seq + 1},
                {"previous_digest": "f" * 64},
                {"digest": "f" * 64},
            ]
        )
    )
    records[place] = replace(records[place], **changed)  # type: ignore[arg-type]
    with pytest.raises(ChainBroken):
        verify_chain(records, head)


@given(chains, st.data())
def test_removed_record_is_detected(chain: tuple[list[AuditRecord], ChainHead], data: st.DataObject) -> None:
    records, head = chain
    del records[data.draw(st.integers(0, len(records) - 1))]
    with pytest.raises(ChainBroken):
        verify_chain(records, head)


@given(chains, st.integers(1, 6))
def test_truncated_chain_is_detected(chain: tuple[list[AuditRecord], ChainHead], cut: int) -> None:
    records, head = chain
    with pytest.raises(ChainBroken):
        verify_chain(records[:-cut], head)


@given(chains, st.data())
def test_inserted_record_is_detected(chain: tuple[list[AuditRecord], ChainHead], data: st.DataObject) -> None:
    records, head = chain
    place = data.draw(st.integers(0, len(records)))
    before = ChainHead(place, records[place - 1].digest) if place else ChainHead()
    forged, _ = next_record("case:c", before, at=NOW, actor="mallory", action="case.claimed", details={})
    with pytest.raises(ChainBroken):
        verify_chain([*records[:place], forged, *records[place:]], head)


@given(chains, st.data())
def test_swapped_records_are_detected(
    chain: tuple[list[AuditRecord], ChainHead], data: st.DataObject
) -> None:
    records, head = chain
    one, other = data.draw(st.integers(0, len(records) - 1)), data.draw(st.integers(0, len(records) - 1))
    if one != other:
        records[one], records[other] = records[other], records[one]
        with pytest.raises(ChainBroken):
            verify_chain(records, head)


@given(chains)
def test_chain_rewritten_after_a_change_does_not_match_its_head(
    chain: tuple[list[AuditRecord], ChainHead],
) -> None:
    records, head = chain
    forged, _ = chain_of([("mallory", record.action, dict(record.details)) for record in records])
    with pytest.raises(ChainBroken):
        verify_chain(forged, head)


@given(chains)
def test_chain_does_not_verify_for_another_subject(chain: tuple[list[AuditRecord], ChainHead]) -> None:
    records, _ = chain
    _, other = next_record(
        "case:d", ChainHead(), at=NOW, actor=records[0].actor, action=records[0].action, details={}
    )
    with pytest.raises(ChainBroken):
        verify_chain(records[:1], other)


def test_verification_names_the_first_broken_record() -> None:
    records, head = chain_of([("ada", "case.claimed", {})] * 4)
    records[2] = replace(records[2], actor="mallory")
    with pytest.raises(ChainBroken) as broken:
        verify_chain(records, head)
    assert broken.value.seq == 3
