"""Transfer curves and primaries of common colour spaces."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Doubles = NDArray[np.float64]

D50 = np.array([0.9642, 1.0, 0.8249])
"""The white point of ICC profiles, as X, Y, Z."""

_BRADFORD = np.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])
_D65 = (0.3127, 0.329)
_SRGB = (*_D65, 0.64, 0.33, 0.3, 0.6, 0.15, 0.06)
_CODED_PRIMARIES = {
    4: (0.31, 0.316, 0.67, 0.33, 0.21, 0.71, 0.14, 0.08),
    5: (*_D65, 0.64, 0.33, 0.29, 0.6, 0.15, 0.06),
    6: (*_D65, 0.63, 0.34, 0.31, 0.595, 0.155, 0.07),
    7: (*_D65, 0.63, 0.34, 0.31, 0.595, 0.155, 0.07),
    8: (0.31, 0.316, 0.681, 0.319, 0.243, 0.692, 0.145, 0.049),
    9: (*_D65, 0.708, 0.292, 0.17, 0.797, 0.131, 0.046),
    10: (1 / 3, 1 / 3, 0.999, 0.0005, 0.0005, 0.999, 0.0005, 0.0005),
    11: (0.314, 0.351, 0.68, 0.32, 0.265, 0.69, 0.15, 0.06),
    12: (*_D65, 0.68, 0.32, 0.265, 0.69, 0.15, 0.06),
    22: (*_D65, 0.63, 0.34, 0.295, 0.605, 0.155, 0.077),
}
"""ITU-T H.273, table 2, by code: x and y of white, red, green and blue."""
_ROLL_OFF = ((0.0, 0.0), (1.1, 0.55), (1.7, 0.69), (2.6, 0.82), (4.0, 0.95), (4.93, 1.0))
"""The tone mapping of Chromium for high dynamic range on an ordinary display: from light, in units of the
reference white of ITU-R BT.2408, to light, in units of the display's white."""


def even_steps(count: int = 4_096) -> Doubles:
    """Return evenly spaced stored values from 0 to 1: float64 (count,)."""
    return np.linspace(0, 1, count)


def srgb_encode(light: Doubles) -> Doubles:
    """Convert linear light, 0 to 1 (clipped), to sRGB values, 0 to 1. IEC 61966-2-1."""
    light = np.clip(light, 0, 1)
    return np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055)


def srgb_decode(values: Doubles) -> Doubles:
    """Convert sRGB values, 0 to 1, to linear light, 0 to 1. IEC 61966-2-1."""
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def primaries_from_chromaticities(chromaticities: tuple[float, ...]) -> Doubles:
    """Return X, Y, Z (rows) of red, green and blue (columns), adapted to D50: float64 (3, 3).

    chromaticities: x and y of white, red, green and blue. Raises ValueError or LinAlgError if they are
    invalid. Adaptation: Bradford, as in ICC.1:2022, annex E.
    """
    if len(chromaticities) != 8 or min(chromaticities[1::2]) <= 0:
        raise ValueError("y of a chromaticity must be above 0")
    white, *colours = (
        np.array([x / y, 1.0, (1 - x - y) / y]) for x, y in zip(*[iter(chromaticities)] * 2, strict=True)
    )
    columns = np.array(colours).T
    columns = columns * np.linalg.solve(columns, white)
    adaptation = np.linalg.inv(_BRADFORD) @ np.diag((_BRADFORD @ D50) / (_BRADFORD @ white)) @ _BRADFORD
    return np.asarray(adaptation @ columns)


def coded_primaries(code: int) -> Doubles:
    """Return the primaries of a code of ITU-T H.273, table 2, as `primaries_from_chromaticities` does.

    Those of sRGB for an unknown code.
    """
    return primaries_from_chromaticities(_CODED_PRIMARIES.get(code, _SRGB))


SRGB_PRIMARIES = primaries_from_chromaticities(_SRGB)
SRGB_CURVE = srgb_decode(even_steps())


def _perceptual_quantizer() -> Doubles:
    """Return the curve of SMPTE ST 2084."""
    values = even_steps() ** (1 / 78.84375)
    light = np.maximum(values - 0.8359375, 0) / (18.8515625 - 18.6875 * values)
    return _rolled_off(light ** (1 / 0.1593017578125) * 10_000 / 203)


def _rolled_off(light: Doubles) -> Doubles:
    scene, display = zip(*_ROLL_OFF, strict=True)
    rolled_off: Doubles = np.interp(light, scene, display)
    return rolled_off


def _hybrid_log_gamma() -> Doubles:
    """Return the curve of ITU-R BT.2100; the value 0.75 is the reference white of BT.2408."""
    values = even_steps()
    light = np.where(
        values <= 0.5, values**2 / 3, (np.exp((values - 0.55991073) / 0.17883277) + 0.28466892) / 12
    )
    return _rolled_off((light / 0.2654) ** 1.2)


CODED_CURVES = {
    4: even_steps() ** 2.2,
    5: even_steps() ** 2.8,
    8: even_steps(),
    16: _perceptual_quantizer(),
    17: np.minimum(even_steps() ** 2.6 * 52.37 / 48, 1),
    18: _hybrid_log_gamma(),
}
"""ITU-T H.273, table 3, by code: linear light at even steps. Curves near sRGB's are left out."""
