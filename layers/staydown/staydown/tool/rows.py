"""What the tool prints: one JSON object a line, with these keys and no others."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from staydown.domain.bank.fingerprints import Fingerprint
from staydown.domain.bank.verdicts import Verdict


@dataclass(frozen=True, slots=True)
class HashRow:
    """pdq: 64 hexadecimal digits. quality: 0 to 100. phash: 16 hexadecimal digits. All of the picture as a
    person sees it; null where `error` says why there are none."""

    path: str
    pdq: str | None
    quality: int | None
    phash: str | None
    error: str | None

    @classmethod
    def of(cls, path: str, found: Fingerprint) -> HashRow:
        upright = found.upright
        return cls(path, upright.pdq.hex, upright.quality, f"{found.phash:016x}", None)

    @classmethod
    def failed(cls, path: str, reason: str) -> HashRow:
        return cls(path, None, None, None, reason)


@dataclass(frozen=True, slots=True)
class MatchRow:
    """distance: bits of a PDQ, 0 to 256: between `view` of the file and the entry, or where the file was laid
    over the entry, of the nearest part. entry: path of the banked file. All three null where nothing was met.
    """

    path: str
    verdict: Verdict
    distance: int | None
    entry: str | None
    view: str | None
    error: str | None

    @classmethod
    def failed(cls, path: str, reason: str) -> MatchRow:
        """What can't be read is never clear."""
        return cls(path, Verdict.REVIEW, None, None, None, reason)


def to_json_line(row: HashRow | MatchRow) -> str:
    """In ASCII: a name of any bytes is printed safely, and told from any other."""
    return json.dumps(asdict(row), ensure_ascii=True)
