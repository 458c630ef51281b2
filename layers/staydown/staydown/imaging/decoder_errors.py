"""Whatever a decoder throws at damaged bytes becomes one kind of error."""

from __future__ import annotations

import struct
import warnings
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from PIL import Image

from staydown.imaging.limits import ImageRejected, RejectionReason

DECODER_ERRORS = (
    # What decoders mean to raise ...
    *(OSError, EOFError, ValueError, SyntaxError, RuntimeError, struct.error, zlib.error),
    *(Image.DecompressionBombError, MemoryError, Warning),
    # ... and what falls out of them where their authors did not think of such bytes.
    *(TypeError, LookupError, AttributeError, ArithmeticError, AssertionError, BufferError),
)


@contextmanager
def reject_on_decoder_error(is_truncated: Callable[[], bool]) -> Iterator[None]:
    """Turn every error of a decoder into ImageRejected; its warnings are not shown.

    (Damaged EXIF and the like are warned about; the size limits are checked here and not left to a
    warning. Under threads the silence may outlast the block: no harm but a warning not shown.)
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            yield
        except DECODER_ERRORS as error:
            raise ImageRejected(_reason(error, is_truncated), type(error).__name__) from error


def _reason(error: BaseException, is_truncated: Callable[[], bool]) -> RejectionReason:
    if isinstance(error, (Image.DecompressionBombError, MemoryError)):
        return "too_many_pixels"
    return "truncated" if is_truncated() else "damaged"
