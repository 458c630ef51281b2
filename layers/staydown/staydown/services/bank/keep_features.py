"""At banking time the picture is at hand: keep its keypoints, by which altered copies are found."""

from __future__ import annotations

from staydown.aws.images import ImageAbsent
from staydown.aws.stack import Stack
from staydown.domain.uploads import Upload
from staydown.imaging.decode import decode
from staydown.imaging.feature_bytes import features_to_bytes
from staydown.imaging.keypoints import bank_features
from staydown.imaging.limits import ImageRejected
from staydown.services.bank.looking import DECODING, limits_of


def keep_features(stack: Stack, upload: Upload, entry_id: str) -> str | None:
    """Where they are kept now; None when the image can't be read (any more).

    Kept before the transaction that banks the entry: what nothing came to refer to says nothing.
    """
    try:
        data = stack.images.read(upload)
        with DECODING:
            features = bank_features(decode(data, limits_of(stack)))
    except (ImageAbsent, ImageRejected):
        return None
    return stack.pictures.keep(entry_id, features_to_bytes(features))
