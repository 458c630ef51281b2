"""Turn the errors of decoders into one kind of error."""

from __future__ import annotations

import struct
import warnings
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from PIL import Image

from staydown.imaging.limits import ImageRejected, RejectionReason

DECODER_ERRORS = (
    # Errors that decoders raise on purpose.
    *(OSError, EOFError, ValueError, SyntaxError, RuntimeError, struct.error, zlib.error),
    *(Image.DecompressionBombError, MemoryError, Warning),
    # Errors that damaged bytes cause unintentionally.
    *(TypeError, LookupError, AttributeError, ArithmeticError, AssertionError, BufferError),
)


@contextmanager
def reject_on_decoder_error(is_truncated: Callable[[], bool]) -> Iterator[None]:
    """Turn every error of a decoder into ImageRejected, and hide its warnings.

    is_truncated: whether the file lacks its end; called after an error. The warnings concern damaged
    metadata; size limits are checked elsewhere. With several threads, warnings may stay hidden after the
    block.
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
