"""The parts of a sweep: what each does, and which further parts it finds."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

import numpy as np

from staydown.aws.arrays_store import ArraysNotFound
from staydown.aws.content_log import SHARDS
from staydown.aws.stack import Stack
from staydown.domain.bank.entry import Standing, SupportSource
from staydown.domain.uploads.content_log import HourState, LogLine, LogPosition
from staydown.domain.uploads.sweeps import Sweep, SweepPart, SweepPartKind, split_into_parts
from staydown.matching.content_segment import ContentSegment, read_content
from staydown.services.bank.bank_view import BankView
from staydown.services.uploads.reconcile_upload import reconcile_upload, reevaluate_upload

SHARDS_PER_PART = 4
LINES_PER_PART = 20_000
"""Of an hour that is not compacted: about 70 MB and 10 seconds."""
UPLOADS_PER_PART = 50
"""Uploads to evaluate and reconcile: about 10 seconds."""
ALIGNMENTS_PER_PART = 200
"""Uploads to compare by keypoints."""
ALIGNMENT_SECONDS = 30.0
"""Then the rest becomes another part: the function has 90 seconds, and a picture may take several."""


@dataclass(frozen=True, slots=True)
class PartResult:
    new_parts: Sequence[SweepPart] = ()
    """Further parts. They run even where this part is retried."""
    matched: int = 0
    """How many uploads matched."""
    error: Exception | None = None
    """The first failure among its uploads; the others were processed. The part is to be retried."""


class SweepPartRunner:
    def __init__(self, stack: Stack, bank: BankView, sweep: Sweep) -> None:
        """bank: refreshed after this part began."""
        self._stack = stack
        self._bank = bank
        self._entries = [stored.entry for stored in stack.bank.get_entries(sweep.entries).values()]
        self._swept_entries = [entry for entry in self._entries if entry.requires_sweep]
        self._has_features = any(
            e.features_key is not None and e.standing is Standing.CONFIRMED for e in self._swept_entries
        )

    def run(self, part: SweepPart) -> PartResult:
        match part.kind:
            case SweepPartKind.PLAN:
                self._delete_unsupported_features()
                return PartResult([*self._release_parts(), *self._log_parts()])
            case SweepPartKind.RELEASE:
                return self._release(part)
            case SweepPartKind.HOUR:
                return self._search_hour(part)
            case SweepPartKind.SEGMENT:
                return self._search_segment(part)
            case SweepPartKind.UPLOADS:
                return self._reevaluate(part.uploads)
            case SweepPartKind.ALIGN:
                return self._align(part)

    def _delete_unsupported_features(self) -> None:
        """Delete the features of the entries that no case supports any more."""
        for entry in self._entries:
            if entry.features_key is not None and not any(
                s.source is SupportSource.CASE for s in entry.supports
            ):
                self._stack.features.delete(entry.features_key)

    def _release_parts(self) -> Iterator[SweepPart]:
        for entry in self._entries:
            if entry.standing is not Standing.CONFIRMED:
                yield SweepPart(SweepPartKind.RELEASE, target=entry.entry_id)

    def _log_parts(self) -> Iterator[SweepPart]:
        """Read the hours before the manifest: an hour compacted in between is in both, never in none."""
        if not self._swept_entries:
            return
        hours = [
            hour for hour, state in self._stack.content_log.list_hours() if state is not HourState.ERASED
        ]
        manifest = self._stack.content_log.get_manifest()
        for hour in hours:
            if hour not in manifest.compacted:
                yield from (
                    SweepPart(SweepPartKind.HOUR, hour, shard=shard)
                    for shard in range(0, SHARDS, SHARDS_PER_PART)
                )
        yield from (SweepPart(SweepPartKind.SEGMENT, segment.key) for segment in manifest.segments)

    def _search_hour(self, part: SweepPart) -> PartResult:
        end = (part.shard // SHARDS_PER_PART + 1) * SHARDS_PER_PART
        position = LogPosition(part.target, part.shard, part.after_upload_id)
        lines = _TrackedLines(self._stack.content_log.iterate_lines(position, end - part.shard))
        segment = ContentSegment.from_lines(islice(lines, LINES_PER_PART))
        if self._stack.content_log.get_hour_state(part.target) in {None, HourState.ERASED}:
            # The hour was compacted and erased before or during this read.
            return PartResult([*self._log_parts()])
        more = [] if lines.count < LINES_PER_PART else [lines.remainder(part)]
        return self._process_segment(segment, more)

    def _search_segment(self, part: SweepPart) -> PartResult:
        try:
            data = self._stack.content_segments.read(part.target)
        except ArraysNotFound:
            # The segment was merged into another one.
            return PartResult([*self._log_parts()])
        return self._process_segment(read_content(data))

    def _find_near(self, segment: ContentSegment) -> list[str]:
        policy = self._stack.settings.match_policy
        trusted = [
            entry.pdq.data
            for entry in self._swept_entries
            if entry.pdq is not None and entry.quality >= policy.minimum_quality
        ]
        hashes = np.frombuffer(b"".join(trusted), np.uint8).reshape(-1, 32)
        digests = {e.sha256 for e in self._swept_entries if e.sha256 is not None}
        return segment.uploads_within(hashes, digests, policy.review_distance)

    def _process_segment(self, segment: ContentSegment, more: Sequence[SweepPart] = ()) -> PartResult:
        """Evaluate near uploads: few at once, many in further parts. Comparisons by keypoints come last."""
        near = self._find_near(segment)
        further = [*more, *self._alignment_parts(segment, near)]
        if len(near) <= UPLOADS_PER_PART:
            return replace(self._reevaluate(near), new_parts=further, matched=len(near))
        return PartResult(
            [*split_into_parts(SweepPartKind.UPLOADS, near, UPLOADS_PER_PART), *further], len(near)
        )

    def _alignment_parts(self, segment: ContentSegment, near: Sequence[str]) -> Sequence[SweepPart]:
        """Return parts for the uploads that only keypoints can match: the content log has no keypoints."""
        if not self._has_features or not self._stack.settings.lookback_window:
            return ()
        evaluated = set(near)
        others = [upload_id for upload_id in segment.upload_ids() if upload_id not in evaluated]
        return split_into_parts(SweepPartKind.ALIGN, others, ALIGNMENTS_PER_PART)

    def _reevaluate(self, uploads: Iterable[str]) -> PartResult:
        return PartResult(
            error=_for_each(uploads, lambda one: reevaluate_upload(self._stack, self._bank, one))
        )

    def _align(self, part: SweepPart) -> PartResult:
        since = self._stack.now() - self._stack.settings.lookback_window
        until = time.monotonic() + ALIGNMENT_SECONDS
        matched, failed = 0, None
        for number, upload_id in enumerate(part.uploads):
            if number and time.monotonic() > until:
                return PartResult([replace(part, uploads=part.uploads[number:])], matched, failed)
            try:
                matched += (
                    reevaluate_upload(self._stack, self._bank, upload_id, received_since=since) is not None
                )
            except Exception as error:  # noqa: BLE001 (raised after all uploads)
                failed = failed or error
        return PartResult((), matched, failed)

    def _release(self, part: SweepPart) -> PartResult:
        linked = self._stack.uploads.list_stopped_by_entry(part.target, after=part.after_upload_id)
        batch = list(islice(linked, UPLOADS_PER_PART))
        failed = _for_each(batch, lambda one: self._reconcile_stopped(one, part.target))
        if len(batch) < UPLOADS_PER_PART:
            return PartResult(error=failed)
        return PartResult(
            [SweepPart(SweepPartKind.RELEASE, target=part.target, after_upload_id=batch[-1])], error=failed
        )

    def _reconcile_stopped(self, upload_id: str, entry_id: str) -> None:
        """Reconcile an upload that the entry stopped before it changed."""
        upload = self._stack.uploads.get(upload_id)
        if upload is None or entry_id not in upload.blocking_entries:
            # The upload is held for the entry, or the entry no longer stops it.
            reevaluate_upload(self._stack, self._bank, upload_id)
        else:
            reconcile_upload(self._stack, self._bank, upload_id)


def _for_each(uploads: Iterable[str], operation: Callable[[str], object]) -> Exception | None:
    """Process all uploads and return the first failure: one failure must not leave other copies published."""
    failed: Exception | None = None
    for upload_id in uploads:
        try:
            operation(upload_id)
        except Exception as error:  # noqa: BLE001 (raised after all uploads)
            failed = failed or error
    return failed


class _TrackedLines:
    """An iterator over log lines that knows its position."""

    def __init__(self, lines: Iterable[tuple[LogPosition, LogLine]]) -> None:
        self._lines = lines
        self._position: LogPosition | None = None
        self.count = 0

    def __iter__(self) -> Iterator[LogLine]:
        for position, line in self._lines:
            self._position = position
            self.count += 1
            yield line

    def remainder(self, part: SweepPart) -> SweepPart:
        """Return a part for the lines after the position."""
        assert self._position is not None
        return SweepPart(
            part.kind, part.target, shard=self._position.shard, after_upload_id=self._position.after_upload_id
        )
