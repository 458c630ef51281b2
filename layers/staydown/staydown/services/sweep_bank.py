"""After the bank changed: remove the copies that are already up, release what no longer stands.

Starts after the head has moved, so it sees every upload whose scan read the bank as it was before
(see scan_upload). It may run twice, late, or after a later sweep: it goes by the bank as it stands now.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

import numpy as np

from staydown.aws.stack import Stack
from staydown.aws.uploads_store import LogLine
from staydown.domain.bank import Entry, Source, Standing
from staydown.matching.content_match import content_matches
from staydown.services.bank_view import BankView
from staydown.services.rejudge_upload import rejudge_upload
from staydown.services.settle_upload import settle_upload


@dataclass(frozen=True, slots=True)
class Swept:
    """Ids of the uploads that it changed."""

    stopped: tuple[str, ...]
    released: tuple[str, ...]


def sweep_bank(stack: Stack, bank: BankView, entry_ids: Collection[str]) -> Swept:
    """Bring every upload in line with these entries as they stand."""
    bank.refresh()
    entries = [stored.entry for stored in stack.bank.entries(entry_ids).values()]
    moving = [e for e in entries if e.moves_copies]
    released = [
        upload_id
        for entry in entries
        if entry.standing is not Standing.CONFIRMED
        for upload_id in stack.uploads.stopped_by(entry.entry_id)
        if _is_released(stack, bank, upload_id, entry.entry_id)
    ]
    stopped = [
        upload_id for upload_id in _candidates(stack, moving) if rejudge_upload(stack, bank, upload_id)
    ]
    _forget_pictures(stack, entries)
    return Swept(tuple(stopped), tuple(released))


def _forget_pictures(stack: Stack, entries: Iterable[Entry]) -> None:
    """What is kept of a judged picture goes when no judgement stands behind it any more."""
    for entry in entries:
        if entry.features is not None and not any(s.source is Source.CASE for s in entry.supports):
            stack.pictures.forget(entry.features)


def _candidates(stack: Stack, entries: Collection[Entry]) -> Iterable[str]:
    """Uploads of the content log near one of the entries, each once."""
    if not entries:
        return
    least = stack.settings.policy.minimum_quality
    hashes = [entry.pdq.data for entry in entries if entry.pdq is not None and entry.quality >= least]
    wanted = np.frombuffer(b"".join(hashes), dtype=np.uint8).reshape(-1, 32)
    exact = {entry.sha256 for entry in entries if entry.sha256 is not None}
    seen: set[str] = set()
    for hour in stack.uploads.hours():
        for line in _near(
            list(stack.uploads.log(hour)), wanted, exact, stack.settings.policy.review_distance
        ):
            if line.upload_id not in seen:
                seen.add(line.upload_id)
                yield line.upload_id


def _near(
    lines: list[LogLine], wanted: np.typing.NDArray[np.uint8], exact: set[bytes], distance: int
) -> Iterable[LogLine]:
    """The lines with a view within the distance of a wanted hash (rows of 32 bytes), or the same bytes."""
    if not lines:
        return
    views = np.frombuffer(b"".join(line.views for line in lines), dtype=np.uint8).reshape(-1, 32)
    owner = np.repeat(np.arange(len(lines)), [len(line.views) // 32 for line in lines])
    near = set(content_matches(wanted, views, owner, distance).upload.tolist())
    for number, line in enumerate(lines):
        if number in near or line.sha256 in exact:
            yield line


def _is_released(stack: Stack, bank: BankView, upload_id: str, entry_id: str) -> bool:
    """Bring in line what an entry stopped before it changed; whether anything came of it."""
    upload = stack.uploads.get(upload_id)
    if upload is None or f"entry:{entry_id}" not in upload.stops:
        # It was held for it, or is not stopped by it any more.
        return rejudge_upload(stack, bank, upload_id) is not None
    settled = settle_upload(stack, bank, upload_id)
    return settled is not None and settled.version != upload.version
