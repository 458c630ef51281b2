"""What an upload has of the judged picture that it met: one laid over the other, both grey and blurred."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from staydown.aws.images import ImageAbsent
from staydown.aws.stack import Stack
from staydown.domain.bank import Entry, Source
from staydown.domain.case_states import CaseState
from staydown.domain.errors import Conflict, NotFound
from staydown.imaging.decode import Picture, decode
from staydown.imaging.feature_bytes import features_from_bytes
from staydown.imaging.features import AskedFeatures, JudgedFeatures
from staydown.imaging.keypoints import ask_features, banked_part, working_picture
from staydown.imaging.limits import ImageRejected
from staydown.imaging.luma import softened
from staydown.imaging.overlay import overlay_png
from staydown.matching.keypoint_index import KeypointIndex
from staydown.matching.keypoint_match import PictureMatch, match_pictures
from staydown.services.bank.looking import limits_of
from staydown.services.review.reveal_image import Look, record_look

_BLUR_RADIUS = 26
"""Pixels of a working picture (about 640 x 480): as much of it as of a reviewer's first look."""
_EMPTY = 215
"""The grey of a picture that is not kept any more."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """drawing: a PNG; None where nothing but a hash is known of what was met. original_kept: whether the
    judged picture itself is in it, or only which of its parts met."""

    drawing: bytes | None
    original_kept: bool


def compare_pictures(stack: Stack, look: Look) -> Comparison:
    """A look like any other: allowed to whoever works on the case, and on record before it happens.

    look.compared_with: an entry that the upload met. Raises what `reveal_blurred` does.
    """
    upload = record_look(stack, look, sharp=False)
    known = stack.bank.entries([look.compared_with or ""]).get(look.compared_with or "")
    kept = known.entry.features if known is not None else None
    features = stack.pictures.read(kept) if kept is not None else None
    if known is None or features is None:
        return Comparison(None, original_kept=False)
    try:
        asked = ask_features(decode(stack.images.read(upload), limits_of(stack)))
    except ImageAbsent as error:
        raise NotFound("The image is not kept any more.") from error
    except ImageRejected as error:
        raise Conflict("The upload is no picture that could be read; it can't be shown.") from error
    original = _original(stack, known.entry)
    drawing = _drawn(stack, features_from_bytes(features), original, asked)
    return Comparison(drawing, original_kept=original is not None)


def _drawn(
    stack: Stack, judged: JudgedFeatures, original: Picture | None, asked: tuple[AskedFeatures, ...]
) -> bytes:
    policy = stack.settings.evidence
    index = KeypointIndex()
    index.add("", judged)

    def agreeing(match: PictureMatch) -> tuple[int, int]:
        return match.evidence.agreeing(policy.agree_distance), match.evidence.inliers

    best = max(match_pictures(asked, index), key=agreeing, default=None)
    return overlay_png(
        np.full((judged.height, judged.width), _EMPTY, np.uint8)
        if original is None
        else softened(working_picture(banked_part(original).of(original.frames[0].luma)), _BLUR_RADIUS),
        softened(asked[best.frame if best is not None else 0].plane, _BLUR_RADIUS),
        best.evidence if best is not None else None,
        policy.agree_distance,
        title="",
        names=("in the bank: not kept any more" if original is None else "in the bank", "uploaded"),
    )


def _original(stack: Stack, entry: Entry) -> Picture | None:
    """The picture that was judged, as long as it waits for an appeal; none of a locked case."""
    least = stack.settings.policy.minimum_quality
    for support in sorted(entry.supports):
        case = stack.cases.case(support.reference) if support.source is Source.CASE else None
        if case is None or case.state is CaseState.LOCKED:
            continue
        for upload in stack.uploads.get_many(case.uploads):
            image = upload.fingerprint
            if image is not None and Entry.of_image(image, least).entry_id == entry.entry_id:
                try:
                    return decode(stack.images.read(upload), limits_of(stack))
                except (ImageAbsent, ImageRejected):
                    continue
    return None
