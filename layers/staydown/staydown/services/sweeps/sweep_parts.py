"""What each part of a sweep does, and which further parts it finds."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

import numpy as np

from staydown.aws.content_log import SHARDS
from staydown.aws.snapshots import FileAbsent
from staydown.aws.stack import Stack
from staydown.domain.bank import Source, Standing
from staydown.domain.content_log import HourState, LogLine, Place
from staydown.domain.sweeps import Part, PartKind, Sweep, cut
from staydown.matching.content_segment import ContentSegment, read_content
from staydown.services.bank.bank_view import BankView
from staydown.services.uploads.rejudge_upload import rejudge_upload
from staydown.services.uploads.settle_upload import settle_upload

SHARDS_A_PART = 4
LINES_A_PART = 20_000
"""Of an hour that is not folded: some 70 MB, some 10 seconds."""
UPLOADS_A_PART = 50
"""To be judged and settled: some 10 seconds."""
LOOKS_A_PART = 200
LOOKING_SECONDS = 30.0
"""Then the rest of a part is left to another: the function has 90, and one picture may take several."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """failed: what went wrong with one of its uploads, when all the others were done; the part is to be done
    again then, and what it found further is not held up."""

    further: Sequence[Part] = ()
    found: int = 0
    failed: Exception | None = None


class Sweeping:
    """bank: as it stood when this part began, or later."""

    def __init__(self, stack: Stack, bank: BankView, sweep: Sweep) -> None:
        self._stack = stack
        self._bank = bank
        self._entries = [stored.entry for stored in stack.bank.entries(sweep.entries).values()]
        self._moving = [entry for entry in self._entries if entry.moves_copies]
        self._shown = any(e.features is not None and e.standing is Standing.CONFIRMED for e in self._moving)

    def do(self, part: Part) -> Outcome:
        match part.kind:
            case PartKind.PLAN:
                self._forget_pictures()
                return Outcome([*self._released(), *self._whole_log()])
            case PartKind.RELEASED:
                return self._release(part)
            case PartKind.HOUR:
                return self._look_through_hour(part)
            case PartKind.SEGMENT:
                return self._look_through_segment(part)
            case PartKind.UPLOADS:
                return self._judge(part.uploads)
            case PartKind.LOOK:
                return self._look(part)

    def _forget_pictures(self) -> None:
        """What is kept of a judged picture goes when no judgement stands behind it any more."""
        for entry in self._entries:
            if entry.features is not None and not any(s.source is Source.CASE for s in entry.supports):
                self._stack.pictures.forget(entry.features)

    def _released(self) -> Iterator[Part]:
        for entry in self._entries:
            if entry.standing is not Standing.CONFIRMED:
                yield Part(PartKind.RELEASED, of=entry.entry_id)

    def _whole_log(self) -> Iterator[Part]:
        """First the hours, then the manifest: an hour that is folded in between is in both, never in none."""
        if not self._moving:
            return
        hours = [hour for hour, state in self._stack.content.hours() if state is not HourState.ERASED]
        manifest = self._stack.content.manifest()
        for hour in hours:
            if hour not in manifest.folded:
                yield from (
                    Part(PartKind.HOUR, hour, shard=shard) for shard in range(0, SHARDS, SHARDS_A_PART)
                )
        yield from (Part(PartKind.SEGMENT, segment.key) for segment in manifest.segments)

    def _look_through_hour(self, part: Part) -> Outcome:
        end = (part.shard // SHARDS_A_PART + 1) * SHARDS_A_PART
        place = Place(part.of, part.shard, part.after)
        lines = _Counted(self._stack.content.lines(place, end - part.shard))
        segment = ContentSegment.of_lines(islice(lines, LINES_A_PART))
        if self._stack.content.state(part.of) in {None, HourState.ERASED}:
            # It was folded and erased while it was read, or before.
            return Outcome([*self._whole_log()])
        more = [] if lines.count < LINES_A_PART else [lines.rest(part)]
        return self._found(segment, more)

    def _look_through_segment(self, part: Part) -> Outcome:
        try:
            data = self._stack.segments.read(part.of)
        except FileAbsent:
            # It was folded into another one.
            return Outcome([*self._whole_log()])
        return self._found(read_content(data))

    def _near(self, segment: ContentSegment) -> list[str]:
        least = self._stack.settings.policy.minimum_quality
        trusted = [e.pdq.data for e in self._moving if e.pdq is not None and e.quality >= least]
        hashes = np.frombuffer(b"".join(trusted), np.uint8).reshape(-1, 32)
        digests = {e.sha256 for e in self._moving if e.sha256 is not None}
        return segment.near(hashes, digests, self._stack.settings.policy.review_distance)

    def _found(self, segment: ContentSegment, more: Sequence[Part] = ()) -> Outcome:
        """Judge the few that are near at once; many are spread over parts. The looks come last."""
        near = self._near(segment)
        further = [*more, *self._to_look_at(segment, near)]
        if len(near) <= UPLOADS_A_PART:
            return replace(self._judge(near), further=further, found=len(near))
        return Outcome([*cut(PartKind.UPLOADS, near, UPLOADS_A_PART), *further], len(near))

    def _to_look_at(self, segment: ContentSegment, near: Sequence[str]) -> Sequence[Part]:
        """The content log has no keypoints: what they alone would give away has to be looked at."""
        if not self._shown or not self._stack.settings.look_back:
            return ()
        judged = set(near)
        others = [upload_id for upload_id in segment.upload_ids() if upload_id not in judged]
        return cut(PartKind.LOOK, others, LOOKS_A_PART)

    def _judge(self, uploads: Iterable[str]) -> Outcome:
        return Outcome(failed=_each(uploads, lambda one: rejudge_upload(self._stack, self._bank, one)))

    def _look(self, part: Part) -> Outcome:
        since = self._stack.now() - self._stack.settings.look_back
        until = time.monotonic() + LOOKING_SECONDS
        stopped, failed = 0, None
        for number, upload_id in enumerate(part.uploads):
            if number and time.monotonic() > until:
                return Outcome([replace(part, uploads=part.uploads[number:])], stopped, failed)
            try:
                stopped += rejudge_upload(self._stack, self._bank, upload_id, since=since) is not None
            except Exception as error:  # noqa: BLE001 (it goes out when all are done)
                failed = failed or error
        return Outcome((), stopped, failed)

    def _release(self, part: Part) -> Outcome:
        linked = self._stack.uploads.stopped_by(part.of, after=part.after)
        some = list(islice(linked, UPLOADS_A_PART))
        failed = _each(some, lambda one: self._bring_in_line(one, part.of))
        if len(some) < UPLOADS_A_PART:
            return Outcome(failed=failed)
        return Outcome([Part(PartKind.RELEASED, of=part.of, after=some[-1])], failed=failed)

    def _bring_in_line(self, upload_id: str, entry_id: str) -> None:
        """What an entry stopped before it changed."""
        upload = self._stack.uploads.get(upload_id)
        if upload is None or f"entry:{entry_id}" not in upload.stops:
            # It was held for it, or is not stopped by it any more.
            rejudge_upload(self._stack, self._bank, upload_id)
        else:
            settle_upload(self._stack, self._bank, upload_id)


def _each(uploads: Iterable[str], do: Callable[[str], object]) -> Exception | None:
    """Whatever becomes of one of them, the others are done: a copy behind it must not stay up for it."""
    failed: Exception | None = None
    for upload_id in uploads:
        try:
            do(upload_id)
        except Exception as error:  # noqa: BLE001 (it goes out when all are done)
            failed = failed or error
    return failed


class _Counted:
    """Lines as they are read, and how far that is."""

    def __init__(self, lines: Iterable[tuple[Place, LogLine]]) -> None:
        self._lines = lines
        self._place: Place | None = None
        self.count = 0

    def __iter__(self) -> Iterator[LogLine]:
        for place, line in self._lines:
            self._place = place
            self.count += 1
            yield line

    def rest(self, part: Part) -> Part:
        """What is left of the part."""
        assert self._place is not None
        return Part(part.kind, part.of, shard=self._place.shard, after=self._place.after)
