"""Compact closed hours of the content log into segments, so that a sweep reads files instead of a table.

A run has many small steps, and a crash after any of them leaves the log intact. Replaced files stay readable
for REPLACED_FILES_KEPT; a sweep part that misses one plans again (see sweep_parts). Of two concurrent runs
only one succeeds: the manifest is written on the condition of its version.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import islice

from staydown.aws.content_log import SHARDS
from staydown.aws.stack import Stack
from staydown.domain.errors import ConcurrentChange
from staydown.domain.uploads.content_log import (
    HourState,
    LogManifest,
    LogPosition,
    OrphanFile,
    SegmentFile,
    hour_end,
)
from staydown.matching.content_segment import (
    ContentSegment,
    concatenate_segments,
    read_content,
    write_content,
)

HOUR_GRACE_PERIOD = timedelta(minutes=10)
"""Scans that began in an hour are over by then. A slower scan writes its line again, into a later hour."""
REPLACED_FILES_KEPT = timedelta(days=1)
"""Far longer than any function runs."""
LINES_PER_STEP = 20_000
"""About 70 MB, since an upload has about 100 views."""


def compact_content_log(stack: Stack) -> bool:
    """Do one step. Return whether it did anything, so that there may be more to do."""
    try:
        return _step(stack)
    except ConcurrentChange:
        return False  # another run is compacting


def _step(stack: Stack) -> bool:
    manifest = stack.content_log.get_manifest()
    position = manifest.in_progress or next(_closed_hours(stack, manifest), None)
    if position is not None:
        _compact_lines(stack, manifest, position)
        return True
    return _delete_replaced(stack, manifest)


def _closed_hours(stack: Stack, manifest: LogManifest) -> Iterator[LogPosition]:
    """Yield the starts of the hours that are over and not compacted, the oldest first. Close each one."""
    for hour, state in list(stack.content_log.list_hours()):
        if (
            state is HourState.ERASED
            or hour in manifest.compacted
            or hour_end(hour) + HOUR_GRACE_PERIOD > stack.now()
        ):
            continue
        if state is HourState.CLOSED or stack.content_log.transition_hour(
            hour, HourState.OPEN, HourState.CLOSED
        ):
            yield LogPosition(hour)


def _compact_lines(stack: Stack, manifest: LogManifest, position: LogPosition) -> None:
    """Compact lines of a closed hour, from a position on, into a segment or into the last segments."""
    lines = list(islice(stack.content_log.iterate_lines(position, SHARDS - position.shard), LINES_PER_STEP))
    if lines:
        manifest = _store_segment(stack, manifest, ContentSegment.from_lines(line for _, line in lines))
    if len(lines) == LINES_PER_STEP:
        manifest = replace(manifest, in_progress=lines[-1][0])
    else:
        manifest = replace(
            manifest, in_progress=None, compacted={**manifest.compacted, position.hour: stack.now()}
        )
    stack.content_log.save_manifest(manifest)


def _store_segment(stack: Stack, manifest: LogManifest, segment: ContentSegment) -> LogManifest:
    """Return the manifest with the segment, merged with the last ones where these are no larger.

    The new file counts as an orphan until the caller saves the manifest that names it.
    """
    kept, replaced = list(manifest.segments), []
    parts = [segment]
    while kept and _should_merge(stack, kept[-1], parts):
        replaced.append(kept.pop())
        parts.insert(0, read_content(stack.content_segments.read(replaced[-1].key)))
    merged = concatenate_segments(parts)
    now = stack.now()
    key = stack.content_segments.new_key(f"{now:%Y-%m-%dT%H}")
    manifest = stack.content_log.save_manifest(
        replace(manifest, orphan_files=(*manifest.orphan_files, OrphanFile(key, now)))
    )
    stack.content_segments.write(key, write_content(merged))
    return replace(
        manifest,
        segments=(*kept, SegmentFile(key, len(merged), len(merged.views))),
        orphan_files=(*manifest.orphan_files[:-1], *(OrphanFile(one.key, now) for one in replaced)),
    )


def _should_merge(stack: Stack, last: SegmentFile, parts: list[ContentSegment]) -> bool:
    """Return whether the last segment is at most twice as large as `parts`, and both fit into one segment.

    So each line is rewritten about ten times, and few segments are not full.
    """
    views = sum(len(part.views) for part in parts)
    return last.views <= 2 * views and last.views + views <= stack.settings.max_segment_views


def _delete_replaced(stack: Stack, manifest: LogManifest) -> bool:
    """Delete a batch of files or lines that were replaced long enough ago. Return whether there were any."""
    before = stack.now() - REPLACED_FILES_KEPT
    old = [one for one in manifest.orphan_files if one.orphaned_at <= before]
    if old:
        # From here on, a run that still writes one of these files can't name it in the manifest.
        manifest = stack.content_log.save_manifest(manifest)
        for one in old:
            stack.content_segments.delete(one.key)
        remaining = tuple(one for one in manifest.orphan_files if one not in old)
        stack.content_log.save_manifest(replace(manifest, orphan_files=remaining))
        return True
    for hour, since in manifest.compacted.items():
        if since <= before:
            _erase_hour(stack, manifest, hour)
            return True
    for hour, state in list(stack.content_log.list_hours()):
        if state is HourState.ERASED and hour not in manifest.compacted:
            stack.content_log.delete_hour(hour)  # the run that erased it was interrupted
    return False


def _erase_hour(stack: Stack, manifest: LogManifest, hour: str) -> None:
    """Delete lines of a compacted hour; after the last of them, the hour."""
    if not stack.content_log.transition_hour(
        hour, HourState.CLOSED, HourState.ERASED
    ) or not stack.content_log.delete_lines(hour):
        return
    compacted = {one: since for one, since in manifest.compacted.items() if one != hour}
    stack.content_log.save_manifest(replace(manifest, compacted=compacted))
    stack.content_log.delete_hour(hour)
