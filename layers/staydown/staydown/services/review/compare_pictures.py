"""Comparing an upload with the reference picture it matched: an overlay of the two, grey and blurred."""

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
from staydown.services.review.reveal_image import NOT_KEPT, UNREADABLE, RevealRequest, record_reveal

_BLUR_RADIUS = 26
"""Pixels of a working picture (about 640 x 480). The blur is as strong as that of the first reveal."""
_PLACEHOLDER_GREY = 215
"""The grey (0 to 255) in place of a reference picture that is no longer stored."""


@dataclass(frozen=True, slots=True)
class PictureComparison:
    overlay: bytes | None
    """A PNG; None where the entry has only a hash."""
    reference_available: bool
    """Whether the overlay has the reference picture itself, or only its matched tiles."""


def compare_pictures(stack: Stack, request: RevealRequest) -> PictureComparison:
    """Compare an upload with an entry that it matched (`request.compared_entry_id`).

    The comparison is a reveal: it needs the same rights, and is recorded. Raises as `reveal_blurred`.
    """
    upload = record_reveal(stack, request, sharp=False)
    entry_id = request.compared_entry_id or ""
    stored = stack.bank.get_entries([entry_id]).get(entry_id)
    features_key = stored.entry.features_key if stored is not None else None
    features = stack.features.read(features_key) if features_key is not None else None
    if stored is None or features is None:
        return PictureComparison(None, reference_available=False)
    try:
        queries = query_features(decode(stack.images.read(upload), decode_limits(stack)))
    except ImageAbsent as error:
        raise NotFound(NOT_KEPT) from error
    except ImageRejected as error:
        raise Conflict(UNREADABLE) from error
    reference = _load_reference_picture(stack, stored.entry)
    overlay = _render_overlay(stack, features_from_bytes(features), reference, queries)
    return PictureComparison(overlay, reference_available=reference is not None)


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
        names=("in the bank: no longer stored" if reference_picture is None else "in the bank", "uploaded"),
    )


def _load_reference_picture(stack: Stack, entry: BankEntry) -> Picture | None:
    """Return the reference picture while its image is stored; None for locked cases."""
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
