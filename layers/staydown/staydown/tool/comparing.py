"""What one file has of another, as if the first were in the bank and the second were uploaded."""

from __future__ import annotations

from dataclasses import dataclass

from staydown.domain.evidence import Evidence
from staydown.domain.fingerprints import Fingerprint, View
from staydown.domain.verdicts import Verdict
from staydown.imaging.decode import Picture, decode
from staydown.imaging.feature_bytes import features_to_bytes
from staydown.imaging.features import AskedFeatures, JudgedFeatures
from staydown.imaging.fingerprint import fingerprint_of
from staydown.imaging.keypoints import ask_features, bank_features, banked_part, working_picture
from staydown.imaging.limits import Limits
from staydown.imaging.overlay import overlay_png
from staydown.imaging.placement import Placement, placement
from staydown.matching.keypoint_index import KeypointIndex
from staydown.matching.keypoint_match import PictureMatch, match_pictures
from staydown.tool.banking import Bank, Judged, Policies, packed_bank
from staydown.tool.files import read_file


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """A file that was read."""

    path: str
    picture: Picture
    image: Fingerprint

    @classmethod
    def read(cls, path: str, limits: Limits) -> Seen:
        """Raises Unreadable, ImageRejected."""
        data = read_file(path, limits.max_bytes)
        picture = decode(data, limits)
        return cls(path, picture, fingerprint_of(picture, data))


@dataclass(frozen=True, slots=True, eq=False)
class Laid:
    """The uploaded file's frame laid over the banked one. number: of the frame in the file, from 1."""

    number: int
    asked: AskedFeatures
    evidence: Evidence
    placement: Placement
    verdict: Verdict


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """view, distance: which view of the uploaded file is nearest to the banked one, bits of 256.
    upright: bits between the two as they are. phash: bits of 64. laid: None where the one can't be laid over
    the other."""

    verdict: Verdict
    same_bytes: bool
    view: View
    distance: int
    upright: int
    phash: int
    laid: Laid | None


def compared(banked: Seen, uploaded: Seen, policies: Policies) -> Comparison:
    judged = bank_features(banked.picture)
    packed = packed_bank([Judged(banked.path, banked.image, features_to_bytes(judged))], policies.match)
    verdict, _ = Bank.unpacked(packed).judge(uploaded.image, uploaded.picture, policies)
    pdq = banked.image.upright.pdq
    view = min(uploaded.image.views, key=lambda view: view.pdq.distance(pdq))
    return Comparison(
        verdict=verdict,
        same_bytes=banked.image.sha256 == uploaded.image.sha256,
        view=view,
        distance=view.pdq.distance(pdq),
        upright=uploaded.image.upright.pdq.distance(pdq),
        phash=(banked.image.phash ^ uploaded.image.phash).bit_count(),
        laid=_laid(banked.picture, judged, uploaded.picture, policies),
    )


def drawn(
    banked: Seen, uploaded: Seen, comparison: Comparison, policies: Policies, lines: list[str]
) -> bytes:
    """The comparison as a PNG. lines: what to write under the pictures."""
    laid = comparison.laid
    asked = working_picture(uploaded.picture.frames[0].luma) if laid is None else laid.asked.plane
    return overlay_png(
        working_picture(banked_part(banked.picture).of(banked.picture.frames[0].luma)),
        asked,
        laid.evidence if laid else None,
        policies.evidence.agree_distance,
        title=lines[0],
        lines=lines[1:],
        names=(f"banked: {_shown(banked.path)}", f"uploaded: {_shown(uploaded.path)}"),
    )


def _laid(picture: Picture, judged: JudgedFeatures, uploaded: Picture, policies: Policies) -> Laid | None:
    """The overlay that says most: by its verdict, then by what agrees."""
    asked = ask_features(uploaded)
    index = KeypointIndex()
    index.add("", judged)
    policy = policies.evidence

    def weight(match: PictureMatch) -> tuple[int, int, int]:
        grave = {Verdict.BLOCK: 2, Verdict.REVIEW: 1, Verdict.CLEAR: 0}[policy.judge(match.evidence)]
        return grave, match.evidence.agreeing(policy.agree_distance), match.evidence.inliers

    best = max(match_pictures(asked, index), key=weight, default=None)
    if best is None:
        return None
    frame = uploaded.frames[best.frame]
    return Laid(
        number=frame.number,
        asked=asked[best.frame],
        evidence=best.evidence,
        placement=placement(picture, judged, frame, asked[best.frame], best.evidence),
        verdict=policy.judge(best.evidence),
    )


def _shown(path: str) -> str:
    """The end of a path as far as letters can be drawn for it."""
    name = "".join(c if c.isprintable() else "?" for c in path.rpartition("/")[2])
    return name if len(name) <= 40 else f"{name[:20]}…{name[-19:]}"
