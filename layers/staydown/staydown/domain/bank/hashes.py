"""PDQ hashes as comparable, hashable values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, slots=True, order=True)
class PdqHash:
    """A PDQ hash of 256 bits.

    The bits have the order of the reference implementation's hex text, so that hashes can be exchanged
    with other systems (Meta, "The TMK+PDQF Video-Hashing Algorithm and the PDQ Image-Hashing Algorithm",
    2019).
    """

    data: bytes
    """32 bytes, the most significant bit first."""

    def __post_init__(self) -> None:
        if len(self.data) != 32:
            raise ValueError(f"a PDQ hash is 32 bytes, not {len(self.data)}")

    @classmethod
    def from_hex(cls, text: str) -> Self:
        """Read 64 hexadecimal digits of either case. Raise ValueError for anything else."""
        if len(text) != 64:
            raise ValueError(f"a PDQ hash is 64 hexadecimal digits, not {len(text)} characters")
        try:
            return cls(bytes.fromhex(text))
        except ValueError:
            raise ValueError("a PDQ hash is 64 hexadecimal digits") from None

    @property
    def hex(self) -> str:
        """The hash as 64 lower-case hexadecimal digits."""
        return self.data.hex()

    def distance(self, other: PdqHash) -> int:
        """Return the Hamming distance, 0 to 256 bits."""
        return (int.from_bytes(self.data) ^ int.from_bytes(other.data)).bit_count()

    def __repr__(self) -> str:
        """Show only the first digits: a whole hash must not be logged."""
        return f"PdqHash({self.hex[:6]}…)"
