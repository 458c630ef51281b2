"""Compact the bank's log into a snapshot, so that a cold function loads fast and no function scans a table.

The log is never deleted. The previous snapshot is kept until the next compaction, for readers of the previous
head. A crash leaves only files that nothing refers to.
"""

from __future__ import annotations

from staydown.aws.bank_store import BankHead, BankSnapshot
from staydown.aws.stack import Stack
from staydown.domain.errors import ConcurrentChange
from staydown.matching.bank_segment import BankSegment, merge_segments
from staydown.matching.bank_snapshot import read_segment, write_segment
from staydown.services.bank.reference_index import ReferenceIndex


def compact_bank(stack: Stack) -> int | None:
    """Write a snapshot. Return the number of its last change.

    Return None below the threshold of changes, and where another run was faster.
    """
    head = stack.bank.get_head()
    if head.seq - head.compacted_seq < stack.settings.compaction_threshold:
        return None
    snapshot = _write_snapshot(stack, head)
    try:
        stack.bank.publish_snapshot(head, snapshot)
    except ConcurrentChange:
        _delete_snapshot(stack, snapshot)  # another run was faster, and its snapshot will do
        return None
    if head.previous_snapshot is not None:
        _delete_snapshot(stack, head.previous_snapshot)
    return snapshot.seq


def _write_snapshot(stack: Stack, head: BankHead) -> BankSnapshot:
    changes = list(stack.bank.list_changes(head.compacted_seq, head.seq))
    last = {change.entry.entry_id: change.entry for change in changes}
    segments = [BankSegment.of_entries(last.values(), seq=head.seq)]
    references = ReferenceIndex(stack)
    if head.latest_snapshot is not None:
        segments.insert(0, read_segment(stack.bank_snapshots.read(head.latest_snapshot.entries_key)))
        references.load(stack.bank_snapshots.read(head.latest_snapshot.features_key))
    references.apply(changes)
    return BankSnapshot(
        seq=head.seq,
        entries_key=_store_file(stack, f"entries-{head.seq}", write_segment(merge_segments(segments))),
        features_key=_store_file(stack, f"pictures-{head.seq}", references.dump()),
    )


def _store_file(stack: Stack, name: str, data: bytes) -> str:
    return stack.bank_snapshots.write(stack.bank_snapshots.new_key(name), data)


def _delete_snapshot(stack: Stack, snapshot: BankSnapshot) -> None:
    stack.bank_snapshots.delete(snapshot.entries_key)
    stack.bank_snapshots.delete(snapshot.features_key)
