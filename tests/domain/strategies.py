"""Hypothesis strategies for domain values."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import strategies as st
from staydown.domain.bank.entry import BankEntry, Standing, Support, SupportSource
from staydown.domain.bank.hashes import PdqHash
from staydown.domain.bank.match import Match
from staydown.domain.uploads.stops import Stop, StopKind, StopReason
from staydown.domain.uploads.upload import Upload, UploadState

NOW = datetime(2027, 3, 1, 12, tzinfo=UTC)

few_ids = st.sampled_from(["a", "b", "c", "d"])
pdq_hashes = st.binary(min_size=32, max_size=32).map(PdqHash)
supports = st.builds(Support, source=st.sampled_from(SupportSource), reference=few_ids)
moments = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))

entries = st.builds(
    BankEntry,
    entry_id=few_ids,
    pdq=pdq_hashes,
    quality=st.integers(0, 100),
    sha256=st.none() | st.binary(min_size=32, max_size=32),
    phash=st.none() | st.integers(0, 2**64 - 1),
    supports=st.frozensets(supports),
    disabled=st.booleans(),
    allowed=st.booleans(),
)

stops = st.builds(
    lambda name, kind, reason: Stop(f"{'case' if kind is StopKind.BLOCK else 'review'}:{name}", kind, reason),
    few_ids,
    st.sampled_from(StopKind),
    st.sampled_from(StopReason),
)


@st.composite
def matches(draw: st.DrawFn, standing: st.SearchStrategy[Standing] = st.sampled_from(Standing)) -> Match:  # noqa: B008
    """Return a match by whole-image hash or by exact bytes, as the index creates them."""
    exact = draw(st.booleans())
    return Match(
        entry_id=draw(st.uuids().map(str)),
        standing=draw(standing),
        distance=0 if exact else draw(st.integers(0, 256)),
        view=draw(st.sampled_from(["upright", "mirrored", "turned 90"])),
        exact=exact,
        trusted=draw(st.booleans()),
    )


@st.composite
def uploads(draw: st.DrawFn) -> Upload:
    """Return an upload in a state that it can reach."""
    upload = fresh_upload()
    for step in draw(st.lists(st.sampled_from(["stop", "release", "publish"]), max_size=6)):
        if step == "stop":
            upload = upload.with_stops(draw(st.lists(stops, max_size=3)), now=NOW)
        elif step == "release":
            upload = upload.without_stops(
                draw(st.lists(st.sampled_from(sorted(upload.stops) or ["x"]))), now=NOW
            )
        elif upload.state is UploadState.RECEIVED:
            upload = upload.published(now=NOW)
    return upload


def fresh_upload(upload_id: str = "u", **changes: object) -> Upload:
    values: dict[str, object] = {
        "upload_id": upload_id,
        "platform": "alpha",
        "account_id": "ann",
        "key": f"alpha/ann/{upload_id}",
        "object_version": "1",
        "state": UploadState.RECEIVED,
        "received_at": NOW,
        "updated_at": NOW,
        **changes,
    }
    return Upload(**values)  # type: ignore[arg-type]
