"""Pictures generated from a seed: blots of all sizes and greys, as distinct as photographs."""

from __future__ import annotations

from io import BytesIO

import numpy as np
from PIL import Image, ImageDraw
from staydown.imaging.decode import Picture, decode
from staydown.imaging.limits import Limits
from staydown.imaging.luma import Plane, rounded


def scene(seed: int, width: int = 640, height: int = 480) -> Plane:
    """Return luma, float32 (height, width), 0 to 255; each seed gives a different picture."""
    random = np.random.default_rng(seed)
    image = Image.fromarray(random.integers(60, 200, (4, 5), np.uint8)).resize((width, height))
    draw = ImageDraw.Draw(image)
    for size in np.geomspace(height / 3, 6, 160):
        x, y = random.uniform(0, width), random.uniform(0, height)
        corners = random.uniform(-size, size, (int(random.integers(3, 6)), 2)) + np.array((x, y))
        draw.polygon([tuple(corner) for corner in corners], fill=int(random.integers(0, 256)))
    grain = random.normal(0, 2, (height, width))
    return np.clip(np.asarray(image, np.float32) + grain, 0, 255).astype(np.float32)


def as_picture(*planes: Plane) -> Picture:
    """Return the planes as the frames of one decoded file."""
    images = [Image.fromarray(rounded(plane)) for plane in planes]
    file = BytesIO()
    images[0].save(file, "TIFF", save_all=True, append_images=images[1:])
    return decode(file.getvalue(), Limits())
