"""The hash values of an image, as values: comparable, hashable, hex in and out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, slots=True, order=True)
class PdqHash:
    """A PDQ hash: 256 bits, most significant bit first, as 32 bytes.

    The order of the bits is that of the reference implementation's hex text, so that hashes can be
    exchanged with any other system (Meta, "The TMK+PDQF Video-Hashing Algorithm and the PDQ
    Image-Hashing Algorithm", 2019).
    """

    data: bytes

    def __post_init__(self) -> None:
        if len(self.data) != 32:
            raise ValueError(f"a PDQ hash is 32 bytes, not {len(self.data)}")

    @classmethod
    def from_hex(cls, text: str) -> Self:
        """Read 64 hexadecimal digits of either case; anything else is a ValueError."""
        if len(text) != 64:
            raise ValueError(f"a PDQ hash is 64 hexadecimal digits, not {len(text)} characters")
        try:
            return cls(bytes.fromhex(text))
        except ValueError:
            raise ValueError("a PDQ hash is 64 hexadecimal digits") from None

    @property
    def hex(self) -> str:
        """64 lower-case hexadecimal digits."""
        return self.data.hex()

    def distance(self, other: PdqHash) -> int:
        """Hamming distance: the number of bits that differ, 0 to 256."""
        return (int.from_bytes(self.data) ^ int.from_bytes(other.data)).bit_count()

    def __repr__(self) -> str:
        """Only the first digits: a whole hash does not belong in a log."""
        return f"PdqHash({self.hex[:6]}…)"
