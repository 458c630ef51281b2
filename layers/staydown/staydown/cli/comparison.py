"""Compare two files, as if the first were in the bank and the second were uploaded."""

from __future__ import annotations

from dataclasses import dataclass

from staydown.cli.files import read_file
from staydown.cli.folder_bank import FolderBank, Policies, ReferenceFile, serialise_bank
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


@dataclass(frozen=True, slots=True, eq=False)
class LoadedImage:
    """A file, decoded and hashed."""

    path: str
    picture: Picture
    fingerprint: Fingerprint

    @classmethod
    def read(cls, path: str, limits: Limits) -> LoadedImage:
        """Read a file. Raises FileReadError, ImageRejected."""
        data = read_file(path, limits.max_bytes)
        picture = decode(data, limits)
        return cls(path, picture, fingerprint_picture(picture, data))


@dataclass(frozen=True, slots=True, eq=False)
class AlignedPair:
    """The best alignment of a frame of the query file with the reference file."""

    frame_number: int
    """The number of the frame in the query file, from 1."""
    query: QueryFeatures
    alignment: Alignment
    placement: Placement
    verdict: Verdict
    """The verdict of the alignment alone."""


@dataclass(frozen=True, slots=True, eq=False)
class FileComparison:
    """The findings of a comparison."""

    verdict: Verdict
    same_bytes: bool
    view: View
    """The view of the query file that is nearest to the reference file."""
    distance: int
    """PDQ bits between `view` and the reference file, 0 to 256."""
    upright_distance: int
    """PDQ bits between both files as displayed, 0 to 256."""
    phash_distance: int
    """pHash bits between both files as displayed, 0 to 64."""
    aligned_pair: AlignedPair | None
    """None if no alignment was found."""


def compare_files(reference: LoadedImage, query: LoadedImage, policies: Policies) -> FileComparison:
    """Compare a query file with a reference file."""
    features = reference_features(reference.picture)
    serialised = serialise_bank(
        [ReferenceFile(reference.path, reference.fingerprint, features_to_bytes(features))], policies.match
    )
    verdict, _ = FolderBank.deserialise(serialised).judge(query.fingerprint, query.picture, policies)
    pdq = reference.fingerprint.upright.pdq
    view = min(query.fingerprint.views, key=lambda view: view.pdq.distance(pdq))
    return FileComparison(
        verdict=verdict,
        same_bytes=reference.fingerprint.sha256 == query.fingerprint.sha256,
        view=view,
        distance=view.pdq.distance(pdq),
        upright_distance=query.fingerprint.upright.pdq.distance(pdq),
        phash_distance=stored_distance(reference.fingerprint.phash, query.fingerprint.phash),
        aligned_pair=_best_alignment(reference.picture, features, query.picture, policies),
    )


def render_comparison(
    reference: LoadedImage,
    query: LoadedImage,
    comparison: FileComparison,
    policies: Policies,
    lines: list[str],
) -> bytes:
    """Return the comparison as a PNG. lines: the text, the first line as the title."""
    pair = comparison.aligned_pair
    return overlay_png(
        to_working_size(reference_crop(reference.picture).of(reference.picture.frames[0].luma)),
        to_working_size(query.picture.frames[0].luma) if pair is None else pair.query.plane,
        pair.alignment if pair else None,
        policies.alignment.agree_distance,
        title=lines[0],
        lines=lines[1:],
        names=(f"reference: {_display_name(reference.path)}", f"query: {_display_name(query.path)}"),
    )


def _best_alignment(
    reference: Picture, features: ReferenceFeatures, query: Picture, policies: Policies
) -> AlignedPair | None:
    """Return the alignment with the severest verdict; of several, the one with the most agreeing tiles."""
    query_frames = query_features(query)
    index = KeypointIndex()
    index.add("", features)
    policy = policies.alignment

    def rank(candidate: AlignedCandidate) -> tuple[int, int, int]:
        severity = {Verdict.BLOCK: 2, Verdict.REVIEW: 1, Verdict.CLEAR: 0}[
            policy.judge_alignment(candidate.alignment)
        ]
        agreeing = candidate.alignment.agreeing_tiles(policy.agree_distance)
        return severity, agreeing, candidate.alignment.inliers

    best = max(align_candidates(query_frames, index), key=rank, default=None)
    if best is None:
        return None
    frame, frame_features = query.frames[best.frame], query_frames[best.frame]
    return AlignedPair(
        frame_number=frame.number,
        query=frame_features,
        alignment=best.alignment,
        placement=measure_placement(reference, features, frame, frame_features, best.alignment),
        verdict=policy.judge_alignment(best.alignment),
    )


def _display_name(path: str) -> str:
    """Return the file name, shortened to 40 characters, with unprintable characters replaced."""
    name = "".join(c if c.isprintable() else "?" for c in path.rpartition("/")[2])
    return name if len(name) <= 40 else f"{name[:20]}…{name[-19:]}"
