"""Routes to view images. The audit records each view."""

from __future__ import annotations

import base64

from staydown.api.callers import require_reviewer, require_staff
from staydown.api.http import PathId, create_router

from functions.review import reveal_models
from functions.review.stack import stack

router = create_router()


@router.post(
    "/v1/review/cases/<case_id>/reveal",
    operation_id="review_post_reveal",
    summary="View an image: blurred, or unblurred by a short-lived link. The audit records each view",
    tags=["reviewers"],
)
def post_reveal(case_id: PathId, request: reveal_models.RevealRequest) -> reveal_models.RevealedImage:
    # Imported here because it loads the image libraries, which other routes do not need.
    from staydown.services.review.reveal_image import RevealRequest, reveal_blurred, reveal_sharp  # noqa: PLC0415

    caller = require_staff(router.current_event)
    reveal = RevealRequest(
        case_id, request.upload_id, caller.reviewer_id, senior=caller.is_senior, may_review=caller.is_reviewer
    )
    if request.sharp:
        link = reveal_sharp(stack(), reveal)
        revealed = reveal_models.RevealedImage(image=None, url=link.url, expires_at=link.expires_at)
    else:
        image = base64.b64encode(reveal_blurred(stack(), reveal)).decode()
        revealed = reveal_models.RevealedImage(image=image, url=None, expires_at=None)
    return revealed


@router.post(
    "/v1/review/cases/<case_id>/comparison",
    operation_id="review_post_comparison",
    summary="Compare an upload with the reference image, both blurred. The audit records each view",
    tags=["reviewers"],
)
def post_comparison(
    case_id: PathId, request: reveal_models.ComparisonRequest
) -> reveal_models.AlignedComparison:
    from staydown.services.review.compare_pictures import compare_pictures  # noqa: PLC0415
    from staydown.services.review.reveal_image import RevealRequest  # noqa: PLC0415

    caller = require_reviewer(router.current_event)
    reveal = RevealRequest(
        case_id,
        request.upload_id,
        caller.reviewer_id,
        senior=caller.is_senior,
        compared_entry_id=request.entry_id,
    )
    comparison = compare_pictures(stack(), reveal)
    image = base64.b64encode(comparison.overlay).decode() if comparison.overlay is not None else None
    return reveal_models.AlignedComparison(image=image, original_kept=comparison.reference_available)
