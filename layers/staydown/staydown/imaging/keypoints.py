"""Extract the keypoints of a picture: ORB, distributed evenly over the picture.

Source: Rublee, Rabaud, Konolige, Bradski, "ORB: an efficient alternative to SIFT or SURF", 2011.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from staydown.imaging.borders import Crop
from staydown.imaging.decode import Picture
from staydown.imaging.features import (
    SUBPIXELS,
    VARIANTS,
    Keypoints,
    QueryFeatures,
    ReferenceFeatures,
)
from staydown.imaging.luma import Grey, Plane, rounded
from staydown.imaging.page_picture import page_picture
from staydown.imaging.tiles import TILE_FRAME, tile_hashes

REFERENCE_KEYPOINTS, QUERY_KEYPOINTS = 450, 800
_WORKING_PIXELS = 640 * 480
"""The area of a picture at working size, whatever its shape: a phone's screenshot is long and narrow."""
_MAX_SIDE, _MAX_ENLARGEMENT = 1_800, 3.0
_FAST_THRESHOLD = 5
"""The minimum contrast of a corner, in grey levels. Low, since skin, sheets and dark rooms have no strong
corners; in other pictures the strongest corners are selected anyway."""
_DETECTION_FACTOR = 4
"""The number of detected points for each selected one, so that there is a choice everywhere."""
_CELLS_PER_SIDE = 8
"""The picture is divided into 8 x 8 cells, from which points are selected in turn."""
_LEVELS, LEVEL_STEP = 8, 1.2


def reference_features(picture: Picture) -> ReferenceFeatures:
    """Return the features of a reference: of its first frame, without the page or border around the
    picture."""
    grey = to_working_size(reference_crop(picture).of(picture.frames[0].luma))
    square = cv2.resize(grey, (TILE_FRAME, TILE_FRAME), interpolation=cv2.INTER_AREA)
    hashes, qualities = tile_hashes(np.asarray(square, np.uint8))
    height, width = grey.shape
    return ReferenceFeatures(
        width, height, _extract(grey, REFERENCE_KEYPOINTS, VARIANTS[:1])[0], hashes, qualities
    )


def reference_crop(picture: Picture) -> Crop:
    """Return the part of the first frame that counts as the reference."""
    plane = picture.frames[0].luma
    return page_picture(rounded(plane)) or Crop("", 0, 0, plane.shape[1], plane.shape[0])


def query_features(picture: Picture) -> tuple[QueryFeatures, ...]:
    """Return the features of a query, for each frame in the order of `picture.frames`."""
    return tuple(query_features_of_plane(frame.luma) for frame in picture.frames)


def query_features_of_plane(plane: Plane) -> QueryFeatures:
    """Return the features of a luma plane of any shape, values 0 to 255."""
    grey = to_working_size(plane)
    return QueryFeatures(grey, tuple(_extract(grey, QUERY_KEYPOINTS, VARIANTS)))


def to_working_size(plane: Plane) -> Grey:
    """Return the plane at working size: about 640 x 480 pixels, enlarged at most three times."""
    height, width = plane.shape
    scale = min((_WORKING_PIXELS / (height * width)) ** 0.5, _MAX_SIDE / max(height, width), _MAX_ENLARGEMENT)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return rounded(np.clip(cv2.resize(plane, size, interpolation=method), 0, 255))


def new_orb(wanted: int) -> cv2.ORB:
    """Return the detector and descriptor of references and queries, for at most `wanted` points."""
    return cv2.ORB.create(
        nfeatures=wanted, scaleFactor=LEVEL_STEP, nlevels=_LEVELS, fastThreshold=_FAST_THRESHOLD
    )


def _extract(grey: Grey, wanted: int, variants: Sequence[str]) -> list[Keypoints]:
    """Return the keypoints in each variant.

    A point without a descriptor in one of them is left out of all.
    """
    orb = new_orb(wanted * _DETECTION_FACTOR)
    chosen = _select_evenly(orb.detect(grey), grey.shape, wanted)
    numbers = [VARIANTS.index(variant) for variant in variants]
    described: dict[int, _Described] = {}
    for mirrored in (False, True):
        inverted = [bool(number & 2) for number in numbers if bool(number & 1) == mirrored]
        if inverted:
            found = _describe(orb, grey, chosen, mirrored=mirrored, inverted=inverted)
            described |= {mirrored + 2 * negative: one for negative, one in zip(inverted, found, strict=True)}
    kept = np.flatnonzero(np.all([one.is_described for one in described.values()], axis=0))
    positions = np.array([point.pt for point in chosen], np.float32).reshape(-1, 2)[kept]
    levels = np.array([point.octave for point in chosen], np.uint8)[kept]
    exact = np.rint(positions * SUBPIXELS).astype(np.uint16)
    return [
        Keypoints(exact, described[number].angles[kept], levels, described[number].descriptors[kept])
        for number in numbers
    ]


def _select_evenly(points: Sequence[cv2.KeyPoint], shape: tuple[int, ...], wanted: int) -> list[cv2.KeyPoint]:
    """Return at most `wanted` points: the strongest of each pyramid level, from the cells in turn.

    shape: (height, width) of the picture.
    """
    if not points:
        return []
    positions = np.array([point.pt for point in points])
    response = np.array([point.response for point in points])
    level = np.array([point.octave for point in points])
    cell = np.minimum(
        (positions * _CELLS_PER_SIDE / (shape[1], shape[0])).astype(np.intp), _CELLS_PER_SIDE - 1
    )
    group = (level * _CELLS_PER_SIDE + cell[:, 1]) * _CELLS_PER_SIDE + cell[:, 0]
    order = np.lexsort((-response, group))
    rank = np.empty(len(points), np.intp)
    starts = np.flatnonzero(np.diff(group[order], prepend=-1))
    rank[order] = np.arange(len(points)) - np.repeat(starts, np.diff(starts, append=len(points)))
    in_turn = np.lexsort((-response, rank, level))
    shares = LEVEL_STEP ** -np.arange(_LEVELS)
    quota = np.ceil(wanted * shares / shares.sum())
    rank_in_level = np.arange(len(points)) - np.searchsorted(level[in_turn], level[in_turn])
    kept = in_turn[rank_in_level < quota[level[in_turn]]]
    kept = kept[np.lexsort((-response[kept], rank[kept]))][:wanted]
    return [points[index] for index in kept]


class _Described(NamedTuple):
    """The descriptors of n points in one variant."""

    is_described: NDArray[np.bool_]
    """(n,), False for a point too close to the edge."""
    angles: NDArray[np.uint8]
    """(n,), in 1/256 turn."""
    descriptors: NDArray[np.uint8]
    """(n, 32)."""


def _describe(
    orb: cv2.ORB, grey: Grey, points: Sequence[cv2.KeyPoint], *, mirrored: bool, inverted: Sequence[bool]
) -> list[_Described]:
    """Describe the points once for each of `inverted`, in the picture as it is or mirrored.

    Mirroring moves the points and mirrors their angles; they are then described in the mirrored picture.
    Inverting reverses the direction of each point, which is from dark to light, and each bit of its
    descriptor, so no inverted picture is needed.
    """
    width, count = grey.shape[1], len(points)
    keypoints = []
    for block, negative in enumerate(inverted):
        for number, point in enumerate(points):
            x, y = point.pt
            angle = (180.0 - point.angle if mirrored else point.angle) + (180.0 if negative else 0.0)
            column = width - 1 - x if mirrored else x
            keypoints.append(
                cv2.KeyPoint(
                    column, y, point.size, angle % 360.0, point.response, point.octave, block * count + number
                )
            )
    described, found = orb.compute(np.ascontiguousarray(grey[:, ::-1]) if mirrored else grey, keypoints)
    is_described = np.zeros(len(keypoints), np.bool_)
    angles = np.zeros(len(keypoints), np.uint8)
    descriptors = np.zeros((len(keypoints), 32), np.uint8)
    numbers = [point.class_id for point in described]
    if numbers:
        is_described[numbers] = True
        angles[numbers] = np.rint([point.angle * 256 / 360 for point in described]).astype(np.int64) % 256
        descriptors[numbers] = found
    blocks = [slice(block * count, (block + 1) * count) for block in range(len(inverted))]
    return [
        _Described(
            is_described[block],
            angles[block],
            np.bitwise_not(descriptors[block]) if negative else descriptors[block],
        )
        for block, negative in zip(blocks, inverted, strict=True)
    ]
