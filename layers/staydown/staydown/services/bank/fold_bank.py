"""Fold the bank's log into a snapshot, so that a cold function loads fast and nobody ever scans a table.

What it replaces stays readable: the log is never deleted, and the snapshot before is kept until the next
fold, for those who read the head before it moved. A crash anywhere leaves files that nothing refers to.
"""

from __future__ import annotations

from staydown.aws.bank_store import Head, Snapshot
from staydown.aws.stack import Stack
from staydown.domain.errors import ConcurrentChange
from staydown.matching.segment import Segment, merged
from staydown.matching.snapshot import read, write
from staydown.services.bank.judged_pictures import JudgedPictures


def fold_bank(stack: Stack) -> int | None:
    """The number up to which the log is folded now; None when it is not yet worth the while."""
    head = stack.bank.head()
    if head.seq - head.folded < stack.settings.fold_changes:
        return None
    snapshot = _write_snapshot(stack, head)
    try:
        stack.bank.fold(head, snapshot)
    except ConcurrentChange:
        _delete(stack, snapshot)  # another fold was faster, and its snapshot serves as well
        return None
    if head.former_snapshot is not None:
        _delete(stack, head.former_snapshot)
    return snapshot.seq


def _write_snapshot(stack: Stack, head: Head) -> Snapshot:
    changes = list(stack.bank.changes(head.folded, head.seq))
    last = {change.entry.entry_id: change.entry for change in changes}
    segments = [Segment.of_entries(last.values(), seq=head.seq)]
    pictures = JudgedPictures(stack)
    if head.latest_snapshot is not None:
        segments.insert(0, read(stack.snapshots.read(head.latest_snapshot.entries)))
        pictures.load(stack.snapshots.read(head.latest_snapshot.pictures))
    pictures.follow(changes)
    return Snapshot(
        seq=head.seq,
        entries=_store(stack, f"entries-{head.seq}", write(merged(segments))),
        pictures=_store(stack, f"pictures-{head.seq}", pictures.snapshot()),
    )


def _store(stack: Stack, name: str, data: bytes) -> str:
    return stack.snapshots.write(stack.snapshots.new_key(name), data)


def _delete(stack: Stack, snapshot: Snapshot) -> None:
    stack.snapshots.delete(snapshot.entries)
    stack.snapshots.delete(snapshot.pictures)
