"""Storing the keypoints of a picture as it is banked. Altered copies are found by them."""

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
    """Store the features of an upload's image. Return their key, or None where the image can't be read.

    Runs before the transaction that banks the entry. If that fails, nothing refers to the stored features.
    """
    try:
        data = stack.images.read(upload)
        with DECODE_LOCK:
            features = reference_features(decode(data, decode_limits(stack)))
    except (ImageAbsent, ImageRejected):
        return None
    return stack.features.write(entry_id, features_to_bytes(features))
