"""Fold closed hours of the content log into segments, so that a sweep reads files instead of a table.

A run is many small steps, each of which may be the last: whatever dies leaves the log whole. What a step
replaces stays readable for KEPT; who finds it gone even so plans anew (see sweep_parts). Two that fold at the
same time can't both succeed: the manifest is written in place of the version that was read.
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
"""Scans that began in an hour have come to rest by then; one that has not writes its line again."""
REPLACED_FILES_KEPT = timedelta(days=1)
"""Longer by far than any function reads."""
LINES_PER_STEP = 20_000
"""Some 70 MB, since an upload has about a hundred views."""


def compact_content_log(stack: Stack) -> bool:
    """One step; whether it did anything, so that there may be more to do."""
    try:
        return _step(stack)
    except ConcurrentChange:
        return False  # somebody else is folding


def _step(stack: Stack) -> bool:
    manifest = stack.content_log.get_manifest()
    place = manifest.in_progress or next(_closed_hours(stack, manifest), None)
    if place is not None:
        _compact_lines(stack, manifest, place)
        return True
    return _delete_replaced(stack, manifest)


def _closed_hours(stack: Stack, manifest: LogManifest) -> Iterator[LogPosition]:
    """The hours that are over and not folded, oldest first; closed from now on."""
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
    """Some lines of a closed hour, from a place on, become a segment, or part of the last ones."""
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
    """The manifest with the segment in it, merged with the last ones if these are no larger.

    The new file is a leftover until the manifest that names it is saved.
    """
    kept, replaced = list(manifest.segments), []
    parts = [segment]
    while kept and _should_merge(stack, kept[-1], parts):
        replaced.append(kept.pop())
        parts.insert(0, read_content(stack.content_segments.read(replaced[-1].key)))
    whole = concatenate_segments(parts)
    now = stack.now()
    key = stack.content_segments.new_key(f"{now:%Y-%m-%dT%H}")
    manifest = stack.content_log.save_manifest(
        replace(manifest, orphan_files=(*manifest.orphan_files, OrphanFile(key, now)))
    )
    stack.content_segments.write(key, write_content(whole))
    return replace(
        manifest,
        segments=(*kept, SegmentFile(key, len(whole), len(whole.views))),
        orphan_files=(*manifest.orphan_files[:-1], *(OrphanFile(one.key, now) for one in replaced)),
    )


def _should_merge(stack: Stack, last: SegmentFile, parts: list[ContentSegment]) -> bool:
    """Whether the last segment is no more than twice as large as what comes, and both are one together.

    So each line is written again some ten times in a life, and there are few segments that are not full.
    """
    views = sum(len(part.views) for part in parts)
    return last.views <= 2 * views and last.views + views <= stack.settings.max_segment_views


def _delete_replaced(stack: Stack, manifest: LogManifest) -> bool:
    """Delete what was replaced long ago; whether there was anything."""
    before = stack.now() - REPLACED_FILES_KEPT
    old = [one for one in manifest.orphan_files if one.orphaned_at <= before]
    if old:
        # Whoever is still writing one of these can't name it in the manifest from here on.
        manifest = stack.content_log.save_manifest(manifest)
        for one in old:
            stack.content_segments.delete(one.key)
        left = tuple(one for one in manifest.orphan_files if one not in old)
        stack.content_log.save_manifest(replace(manifest, orphan_files=left))
        return True
    for hour, since in manifest.compacted.items():
        if since <= before:
            _erase_hour(stack, manifest, hour)
            return True
    for hour, state in list(stack.content_log.list_hours()):
        if state is HourState.ERASED and hour not in manifest.compacted:
            stack.content_log.delete_hour(hour)  # whoever erased it got no further
    return False


def _erase_hour(stack: Stack, manifest: LogManifest, hour: str) -> None:
    """Some lines of a folded hour; with the last of them the hour."""
    if not stack.content_log.transition_hour(
        hour, HourState.CLOSED, HourState.ERASED
    ) or not stack.content_log.delete_lines(hour):
        return
    folded = {one: since for one, since in manifest.compacted.items() if one != hour}
    stack.content_log.save_manifest(replace(manifest, compacted=folded))
    stack.content_log.delete_hour(hour)
