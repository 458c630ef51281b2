"""What one file has of another, as if the first were in the bank and the second were uploaded."""

from __future__ import annotations

from dataclasses import dataclass

from staydown.domain.bank.alignment import Alignment
from staydown.domain.bank.fingerprints import Fingerprint, View
from staydown.domain.bank.verdicts import Verdict
from staydown.imaging.decode import Picture, decode
from staydown.imaging.feature_bytes import features_to_bytes
from staydown.imaging.features import QueryFeatures, ReferenceFeatures
from staydown.imaging.fingerprint import fingerprint_picture
from staydown.imaging.keypoints import query_features, reference_crop, reference_features, to_working_size
from staydown.imaging.limits import Limits
from staydown.imaging.overlay import overlay_png
from staydown.imaging.phash import stored_distance
from staydown.imaging.placement import Placement, measure_placement
from staydown.matching.keypoint_alignment import AlignedCandidate, align_candidates
from staydown.matching.keypoint_index import KeypointIndex
from staydown.tool.files import read_file
from staydown.tool.folder_bank import FolderBank, Policies, ReferenceFile, serialise_bank


@dataclass(frozen=True, slots=True, eq=False)
class LoadedImage:
    """A file that was read."""

    path: str
    picture: Picture
    fingerprint: Fingerprint

    @classmethod
    def read(cls, path: str, limits: Limits) -> LoadedImage:
        """Raises Unreadable, ImageRejected."""
        data = read_file(path, limits.max_bytes)
        picture = decode(data, limits)
        return cls(path, picture, fingerprint_picture(picture, data))


@dataclass(frozen=True, slots=True, eq=False)
class AlignedPair:
    """The uploaded file's frame laid over the banked one. number: of the frame in the file, from 1."""

    frame_number: int
    query: QueryFeatures
    alignment: Alignment
    placement: Placement
    verdict: Verdict


@dataclass(frozen=True, slots=True, eq=False)
class FileComparison:
    """view, distance: which view of the uploaded file is nearest to the banked one, bits of 256.
    upright: bits between the two as they are. phash: bits of 64. laid: None where the one can't be laid over
    the other."""

    verdict: Verdict
    same_bytes: bool
    view: View
    distance: int
    upright_distance: int
    phash_distance: int
    aligned_pair: AlignedPair | None


def compare_files(banked: LoadedImage, uploaded: LoadedImage, policies: Policies) -> FileComparison:
    judged = reference_features(banked.picture)
    packed = serialise_bank(
        [ReferenceFile(banked.path, banked.fingerprint, features_to_bytes(judged))], policies.match
    )
    verdict, _ = FolderBank.deserialise(packed).judge(uploaded.fingerprint, uploaded.picture, policies)
    pdq = banked.fingerprint.upright.pdq
    view = min(uploaded.fingerprint.views, key=lambda view: view.pdq.distance(pdq))
    return FileComparison(
        verdict=verdict,
        same_bytes=banked.fingerprint.sha256 == uploaded.fingerprint.sha256,
        view=view,
        distance=view.pdq.distance(pdq),
        upright_distance=uploaded.fingerprint.upright.pdq.distance(pdq),
        phash_distance=stored_distance(banked.fingerprint.phash, uploaded.fingerprint.phash),
        aligned_pair=_best_alignment(banked.picture, judged, uploaded.picture, policies),
    )


def render_comparison(
    banked: LoadedImage,
    uploaded: LoadedImage,
    comparison: FileComparison,
    policies: Policies,
    lines: list[str],
) -> bytes:
    """The comparison as a PNG. lines: what to write under the pictures."""
    laid = comparison.aligned_pair
    asked = to_working_size(uploaded.picture.frames[0].luma) if laid is None else laid.query.plane
    return overlay_png(
        to_working_size(reference_crop(banked.picture).of(banked.picture.frames[0].luma)),
        asked,
        laid.alignment if laid else None,
        policies.alignment.agree_distance,
        title=lines[0],
        lines=lines[1:],
        names=(f"banked: {_display_name(banked.path)}", f"uploaded: {_display_name(uploaded.path)}"),
    )


def _best_alignment(
    picture: Picture, judged: ReferenceFeatures, uploaded: Picture, policies: Policies
) -> AlignedPair | None:
    """The overlay that says most: by its verdict, then by what agrees."""
    asked = query_features(uploaded)
    index = KeypointIndex()
    index.add("", judged)
    policy = policies.alignment

    def weight(match: AlignedCandidate) -> tuple[int, int, int]:
        grave = {Verdict.BLOCK: 2, Verdict.REVIEW: 1, Verdict.CLEAR: 0}[
            policy.judge_alignment(match.alignment)
        ]
        return grave, match.alignment.agreeing_tiles(policy.agree_distance), match.alignment.inliers

    best = max(align_candidates(asked, index), key=weight, default=None)
    if best is None:
        return None
    frame = uploaded.frames[best.frame]
    return AlignedPair(
        frame_number=frame.number,
        query=asked[best.frame],
        alignment=best.alignment,
        placement=measure_placement(picture, judged, frame, asked[best.frame], best.alignment),
        verdict=policy.judge_alignment(best.alignment),
    )


def _display_name(path: str) -> str:
    """The end of a path as far as letters can be drawn for it."""
    name = "".join(c if c.isprintable() else "?" for c in path.rpartition("/")[2])
    return name if len(name) <= 40 else f"{name[:20]}…{name[-19:]}"
