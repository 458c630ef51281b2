"""Looking at an image: blurred before sharp, each look recorded."""

from __future__ import annotations

import base64

from staydown.api.callers import require_reviewer, require_staff
from staydown.api.http import PathId, create_router

from functions.review import reveal_models as look_models
from functions.review.stack import stack

router = create_router()


@router.post(
    "/v1/review/cases/<case_id>/reveal",
    operation_id="review_post_reveal",
    summary="Look at an image: blurred, or by a short-lived link; each look is recorded",
    tags=["reviewers"],
)
def post_reveal(case_id: PathId, request: look_models.RevealRequest) -> look_models.RevealedImage:
    # Imported here: it brings the image libraries, which no other route of this function needs.
    from staydown.services.review.reveal_image import RevealRequest, reveal_blurred, reveal_sharp  # noqa: PLC0415

    caller = require_staff(router.current_event)
    look = RevealRequest(
        case_id, request.upload_id, caller.reviewer_id, senior=caller.is_senior, may_review=caller.is_reviewer
    )
    if request.sharp:
        link = reveal_sharp(stack(), look)
        revealed = look_models.RevealedImage(image=None, url=link.url, expires_at=link.expires_at)
    else:
        picture = base64.b64encode(reveal_blurred(stack(), look)).decode()
        revealed = look_models.RevealedImage(image=picture, url=None, expires_at=None)
    return revealed


@router.post(
    "/v1/review/cases/<case_id>/comparison",
    operation_id="review_post_comparison",
    summary="An upload laid over the judged picture that it met, both blurred; each look is recorded",
    tags=["reviewers"],
)
def post_comparison(case_id: PathId, request: look_models.ComparisonRequest) -> look_models.AlignedComparison:
    from staydown.services.review.compare_pictures import compare_pictures  # noqa: PLC0415
    from staydown.services.review.reveal_image import RevealRequest  # noqa: PLC0415

    caller = require_reviewer(router.current_event)
    look = RevealRequest(
        case_id,
        request.upload_id,
        caller.reviewer_id,
        senior=caller.is_senior,
        compared_entry_id=request.entry_id,
    )
    found = compare_pictures(stack(), look)
    picture = base64.b64encode(found.overlay).decode() if found.overlay is not None else None
    return look_models.AlignedComparison(image=picture, original_kept=found.reference_available)
