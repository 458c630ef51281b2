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
from staydown.domain.content_log import (
    HourState,
    Leftover,
    Manifest,
    Place,
    SegmentFile,
    end_of,
)
from staydown.domain.errors import ConcurrentChange
from staydown.matching.content_segment import ContentSegment, joined, read_content, write_content

CLOSED_AFTER = timedelta(minutes=10)
"""Scans that began in an hour have come to rest by then; one that has not writes its line again."""
KEPT = timedelta(days=1)
"""Longer by far than any function reads."""
LINES_A_STEP = 20_000
"""Some 70 MB, since an upload has about a hundred views."""


def fold_content(stack: Stack) -> bool:
    """One step; whether it did anything, so that there may be more to do."""
    try:
        return _step(stack)
    except ConcurrentChange:
        return False  # somebody else is folding


def _step(stack: Stack) -> bool:
    manifest = stack.content.manifest()
    place = manifest.folding or next(_closed(stack, manifest), None)
    if place is not None:
        _fold(stack, manifest, place)
        return True
    return _tidy_up(stack, manifest)


def _closed(stack: Stack, manifest: Manifest) -> Iterator[Place]:
    """The hours that are over and not folded, oldest first; closed from now on."""
    for hour, state in list(stack.content.hours()):
        if state is HourState.ERASED or hour in manifest.folded or end_of(hour) + CLOSED_AFTER > stack.now():
            continue
        if state is HourState.CLOSED or stack.content.move_on(hour, HourState.OPEN, HourState.CLOSED):
            yield Place(hour)


def _fold(stack: Stack, manifest: Manifest, place: Place) -> None:
    """Some lines of a closed hour, from a place on, become a segment, or part of the last ones."""
    lines = list(islice(stack.content.lines(place, SHARDS - place.shard), LINES_A_STEP))
    if lines:
        manifest = _stored(stack, manifest, ContentSegment.of_lines(line for _, line in lines))
    if len(lines) == LINES_A_STEP:
        manifest = replace(manifest, folding=lines[-1][0])
    else:
        manifest = replace(manifest, folding=None, folded={**manifest.folded, place.hour: stack.now()})
    stack.content.save(manifest)


def _stored(stack: Stack, manifest: Manifest, segment: ContentSegment) -> Manifest:
    """The manifest with the segment in it, merged with the last ones if these are no larger.

    The new file is a leftover until the manifest that names it is saved.
    """
    kept, replaced = list(manifest.segments), []
    parts = [segment]
    while kept and _belong_together(stack, kept[-1], parts):
        replaced.append(kept.pop())
        parts.insert(0, read_content(stack.segments.read(replaced[-1].key)))
    whole = joined(parts)
    now = stack.now()
    key = stack.segments.new_key(f"{now:%Y-%m-%dT%H}")
    manifest = stack.content.save(replace(manifest, leftovers=(*manifest.leftovers, Leftover(key, now))))
    stack.segments.write(key, write_content(whole))
    return replace(
        manifest,
        segments=(*kept, SegmentFile(key, len(whole), len(whole.views))),
        leftovers=(*manifest.leftovers[:-1], *(Leftover(one.key, now) for one in replaced)),
    )


def _belong_together(stack: Stack, last: SegmentFile, parts: list[ContentSegment]) -> bool:
    """Whether the last segment is no more than twice as large as what comes, and both are one together.

    So each line is written again some ten times in a life, and there are few segments that are not full.
    """
    views = sum(len(part.views) for part in parts)
    return last.views <= 2 * views and last.views + views <= stack.settings.segment_views


def _tidy_up(stack: Stack, manifest: Manifest) -> bool:
    """Delete what was replaced long ago; whether there was anything."""
    before = stack.now() - KEPT
    old = [one for one in manifest.leftovers if one.since <= before]
    if old:
        # Whoever is still writing one of these can't name it in the manifest from here on.
        manifest = stack.content.save(manifest)
        for one in old:
            stack.segments.delete(one.key)
        left = tuple(one for one in manifest.leftovers if one not in old)
        stack.content.save(replace(manifest, leftovers=left))
        return True
    for hour, since in manifest.folded.items():
        if since <= before:
            _erase(stack, manifest, hour)
            return True
    for hour, state in list(stack.content.hours()):
        if state is HourState.ERASED and hour not in manifest.folded:
            stack.content.forget(hour)  # whoever erased it got no further
    return False


def _erase(stack: Stack, manifest: Manifest, hour: str) -> None:
    """Some lines of a folded hour; with the last of them the hour."""
    if not stack.content.move_on(hour, HourState.CLOSED, HourState.ERASED) or not stack.content.erase(hour):
        return
    folded = {one: since for one, since in manifest.folded.items() if one != hour}
    stack.content.save(replace(manifest, folded=folded))
    stack.content.forget(hour)
