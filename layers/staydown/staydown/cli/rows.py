"""The output of the tool: one JSON object a line, with exactly these keys."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from staydown.domain.bank.fingerprints import Fingerprint
from staydown.domain.bank.verdicts import Verdict


@dataclass(frozen=True, slots=True)
class HashRow:
    """The hashes of one file in its displayed orientation and colours."""

    path: str
    pdq: str | None
    """64 hexadecimal digits; None with an error."""
    quality: int | None
    """Quality of the PDQ, 0 to 100; None with an error."""
    phash: str | None
    """16 hexadecimal digits; None with an error."""
    error: str | None
    """Why there are no hashes; None if there are."""

    @classmethod
    def of(cls, path: str, fingerprint: Fingerprint) -> HashRow:
        upright = fingerprint.upright
        return cls(path, upright.pdq.hex, upright.quality, f"{fingerprint.phash:016x}", None)

    @classmethod
    def failed(cls, path: str, reason: str) -> HashRow:
        return cls(path, None, None, None, reason)


@dataclass(frozen=True, slots=True)
class MatchRow:
    """The verdict for one file."""

    path: str
    verdict: Verdict
    distance: int | None
    """PDQ bits, 0 to 256, between `view` and the reference, or of the nearest tile of an alignment.
    None without a match."""
    entry: str | None
    """Path of the matching reference; None without a match."""
    view: str | None
    """The view of the file that matched; None without a match."""
    error: str | None
    """Why the file could not be matched; None if it was."""

    @classmethod
    def failed(cls, path: str, reason: str) -> MatchRow:
        """Return the row of an unreadable file: its verdict is review, never clear."""
        return cls(path, Verdict.REVIEW, None, None, None, reason)


def to_json_line(row: HashRow | MatchRow) -> str:
    """Return the row as JSON in ASCII: file names of any bytes stay distinct and printable."""
    return json.dumps(asdict(row), ensure_ascii=True)
