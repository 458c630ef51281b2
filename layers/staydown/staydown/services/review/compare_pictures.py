"""What an upload has of the judged picture that it met: one laid over the other, both grey and blurred."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from staydown.aws.images import ImageAbsent
from staydown.aws.stack import Stack
from staydown.domain.bank.entry import BankEntry, SupportSource
from staydown.domain.cases.states import CaseState
from staydown.domain.errors import Conflict, NotFound
from staydown.imaging.decode import Picture, decode
from staydown.imaging.feature_bytes import features_from_bytes
from staydown.imaging.features import QueryFeatures, ReferenceFeatures
from staydown.imaging.keypoints import query_features, reference_crop, to_working_size
from staydown.imaging.limits import ImageRejected
from staydown.imaging.luma import blur
from staydown.imaging.overlay import overlay_png
from staydown.matching.keypoint_alignment import AlignedCandidate, align_candidates
from staydown.matching.keypoint_index import KeypointIndex
from staydown.services.bank.feature_cache import decode_limits
from staydown.services.review.reveal_image import RevealRequest, record_reveal

_BLUR_RADIUS = 26
"""Pixels of a working picture (about 640 x 480): as much of it as of a reviewer's first look."""
_PLACEHOLDER_GREY = 215
"""The grey of a picture that is not kept any more."""


@dataclass(frozen=True, slots=True)
class PictureComparison:
    """drawing: a PNG; None where nothing but a hash is known of what was met. original_kept: whether the
    judged picture itself is in it, or only which of its parts met."""

    overlay: bytes | None
    reference_available: bool


def compare_pictures(stack: Stack, request: RevealRequest) -> PictureComparison:
    """A look like any other: allowed to whoever works on the case, and on record before it happens.

    look.compared_with: an entry that the upload met. Raises what `reveal_blurred` does.
    """
    upload = record_reveal(stack, request, sharp=False)
    known = stack.bank.get_entries([request.compared_entry_id or ""]).get(request.compared_entry_id or "")
    kept = known.entry.features_key if known is not None else None
    features = stack.features.read(kept) if kept is not None else None
    if known is None or features is None:
        return PictureComparison(None, reference_available=False)
    try:
        asked = query_features(decode(stack.images.read(upload), decode_limits(stack)))
    except ImageAbsent as error:
        raise NotFound("The image is not kept any more.") from error
    except ImageRejected as error:
        raise Conflict("The upload is no picture that could be read; it can't be shown.") from error
    original = _load_reference_picture(stack, known.entry)
    drawing = _render_overlay(stack, features_from_bytes(features), original, asked)
    return PictureComparison(drawing, reference_available=original is not None)


def _render_overlay(
    stack: Stack,
    reference: ReferenceFeatures,
    reference_picture: Picture | None,
    queries: tuple[QueryFeatures, ...],
) -> bytes:
    policy = stack.settings.alignment_policy
    index = KeypointIndex()
    index.add("", reference)

    def agreeing(match: AlignedCandidate) -> tuple[int, int]:
        return match.alignment.agreeing_tiles(policy.agree_distance), match.alignment.inliers

    best = max(align_candidates(queries, index), key=agreeing, default=None)
    return overlay_png(
        np.full((reference.height, reference.width), _PLACEHOLDER_GREY, np.uint8)
        if reference_picture is None
        else blur(
            to_working_size(reference_crop(reference_picture).of(reference_picture.frames[0].luma)),
            _BLUR_RADIUS,
        ),
        blur(queries[best.frame if best is not None else 0].plane, _BLUR_RADIUS),
        best.alignment if best is not None else None,
        policy.agree_distance,
        title="",
        names=("in the bank: not kept any more" if reference_picture is None else "in the bank", "uploaded"),
    )


def _load_reference_picture(stack: Stack, entry: BankEntry) -> Picture | None:
    """The picture that was judged, as long as it waits for an appeal; none of a locked case."""
    least = stack.settings.match_policy.minimum_quality
    for support in sorted(entry.supports):
        case = stack.cases.get_case(support.reference) if support.source is SupportSource.CASE else None
        if case is None or case.state is CaseState.LOCKED:
            continue
        for upload in stack.uploads.get_many(case.uploads):
            image = upload.fingerprint
            if image is not None and BankEntry.of_image(image, least).entry_id == entry.entry_id:
                try:
                    return decode(stack.images.read(upload), decode_limits(stack))
                except (ImageAbsent, ImageRejected):
                    continue
    return None
