"""At banking time the picture is at hand: keep its keypoints, by which altered copies are found."""

from __future__ import annotations

from staydown.aws.images import ImageAbsent
from staydown.aws.stack import Stack
from staydown.domain.uploads.upload import Upload
from staydown.imaging.decode import decode
from staydown.imaging.feature_bytes import features_to_bytes
from staydown.imaging.keypoints import reference_features
from staydown.imaging.limits import ImageRejected
from staydown.services.bank.feature_cache import DECODE_LOCK, decode_limits


def store_features(stack: Stack, upload: Upload, entry_id: str) -> str | None:
    """Where they are kept now; None when the image can't be read (any more).

    Kept before the transaction that banks the entry: what nothing came to refer to says nothing.
    """
    try:
        data = stack.images.read(upload)
        with DECODE_LOCK:
            features = reference_features(decode(data, decode_limits(stack)))
    except (ImageAbsent, ImageRejected):
        return None
    return stack.features.write(entry_id, features_to_bytes(features))
