"""The attack matrix: the edits with which people post an image again. Parameters are random in a range."""

from __future__ import annotations

import random
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO

from PIL import Image

from tools.benchmarks import edits_frames as frames
from tools.benchmarks import edits_geometry as geometry
from tools.benchmarks import edits_overlays as overlays
from tools.benchmarks import edits_tones as tones
from tools.benchmarks.scenery import Scenery

Edit = Callable[[Image.Image, Scenery], Image.Image]
Flip = Image.Transpose


@dataclass(frozen=True, slots=True)
class Attack:
    """name: in tables. edits: applied in order. qualities: lowest and highest JPEG quality."""

    name: str
    edits: tuple[Edit, ...]
    qualities: tuple[int, int] = (70, 95)

    def __call__(self, image: Image.Image, seed: str, others: tuple[Image.Image, ...]) -> bytes:
        """Return the edited image as JPEG. The same seed gives the same file."""
        scenery = Scenery(random.Random(zlib.crc32(f"{self.name} {seed}".encode())), others)
        for edit in self.edits:
            image = edit(image, scenery)
        return as_jpeg(image, scenery.random.randint(*self.qualities))


def as_jpeg(image: Image.Image, quality: int) -> bytes:
    file = BytesIO()
    image.convert("RGB").save(file, "JPEG", quality=quality)
    return file.getvalue()


_PHONE = frames.phone_screenshot((255, 255, 255), (20, 20, 20))
_DARK_PHONE = frames.phone_screenshot((18, 18, 18), (235, 235, 235))
_MIRROR = geometry.flipped(Flip.FLIP_LEFT_RIGHT)

ATTACKS: tuple[Attack, ...] = (
    Attack("JPEG 60-85", (), (60, 85)),
    Attack("JPEG 30-50", (), (30, 50)),
    Attack("JPEG 10-20", (), (10, 20)),
    Attack("half size", (geometry.resized(0.4, 0.6),)),
    Attack("quarter size", (geometry.resized(0.22, 0.3),)),
    Attack("enlarged", (geometry.resized(1.3, 2.5),)),
    Attack("stretched", (geometry.stretched,)),
    Attack("mirrored", (_MIRROR,)),
    Attack("turned 90", (geometry.flipped(Flip.ROTATE_90),)),
    Attack("turned 180", (geometry.flipped(Flip.ROTATE_180),)),
    Attack("mirrored, turned 90", (geometry.flipped(Flip.TRANSPOSE),)),
    Attack("tilted 1-5", (geometry.tilted(1, 5),)),
    Attack("tilted 5-15", (geometry.tilted(5, 15),)),
    Attack("tilted 15-45", (geometry.tilted(15, 45),)),
    Attack("straightened", (geometry.straightened,)),
    Attack("sheared", (geometry.sheared,)),
    Attack("askew", (geometry.seen_askew(0.02, 0.1),)),
    Attack("photographed screen", (geometry.photographed_screen,)),
    Attack("cropped to 95 %", (geometry.cropped(0.92, 0.97),)),
    Attack("cropped to 90 %", (geometry.cropped(0.87, 0.92),)),
    Attack("cropped to 75 %", (geometry.cropped(0.70, 0.80),)),
    Attack("cropped to 50 %", (geometry.cropped(0.45, 0.55),)),
    Attack("cropped to 30 %", (geometry.cropped(0.28, 0.33),)),
    Attack("squared", (geometry.squared,)),
    Attack("zoomed", (geometry.zoomed,)),
    Attack("border", (frames.bordered,)),
    Attack("letterbox", (frames.letterboxed,)),
    Attack("pillar box", (frames.pillarboxed,)),
    Attack("polaroid", (frames.polaroid,)),
    Attack("blurred padding", (frames.blurred_padding,)),
    Attack("caption above", (frames.captioned(1, 0),)),
    Attack("caption below", (frames.captioned(0, 1),)),
    Attack("captions on both sides", (frames.captioned(1, 1),)),
    Attack("phone screenshot", (_PHONE,)),
    Attack("dark phone screenshot", (_DARK_PHONE,)),
    Attack("browser screenshot", (frames.browser_screenshot,)),
    Attack("story", (frames.story,)),
    Attack("picture in picture", (frames.picture_in_picture,)),
    Attack("inset over it", (frames.inset_over,)),
    Attack("collage of 2", (frames.collage(2, 1),)),
    Attack("collage of 4", (frames.collage(2, 2),)),
    Attack("stickers", (overlays.stickers,)),
    Attack("large sticker", (overlays.large_sticker,)),
    Attack("emoji", (overlays.emoji,)),
    Attack("watermark", (overlays.watermark,)),
    Attack("stamped", (overlays.stamped,)),
    Attack("logo", (overlays.logo,)),
    Attack("meme", (overlays.meme,)),
    Attack("censor bar", (overlays.censored,)),
    Attack("pixelated region", (overlays.pixelated,)),
    Attack("scribbled", (overlays.scribbled,)),
    Attack("brighter", (tones.brighter,)),
    Attack("darker", (tones.darker,)),
    Attack("contrast", (tones.contrast,)),
    Attack("gamma", (tones.gamma,)),
    Attack("inverted", (tones.inverted,)),
    Attack("greyscale", (tones.greyscale,)),
    Attack("sepia", (tones.sepia,)),
    Attack("colour cast", (tones.colour_cast,)),
    Attack("posterised", (tones.posterised,)),
    Attack("few colours", (tones.few_colours,)),
    Attack("equalised", (tones.equalised,)),
    Attack("noise", (tones.noisy,)),
    Attack("blur", (tones.blurred,)),
    Attack("sharpened", (tones.sharpened,)),
    Attack("vignette", (tones.vignette,)),
    Attack("another shines through", (tones.overlaid,)),
    Attack("mirrored + cropped", (_MIRROR, geometry.cropped(0.5, 0.8))),
    Attack("mirrored + screenshot", (_MIRROR, _PHONE)),
    Attack("mirrored + inverted", (_MIRROR, tones.inverted)),
    Attack("cropped + caption", (geometry.cropped(0.5, 0.85), frames.captioned(1, 0))),
    Attack("cropped + screenshot", (geometry.cropped(0.5, 0.85), _DARK_PHONE)),
    Attack("tilted + border + JPEG", (geometry.tilted(2, 8), frames.bordered), (30, 60)),
    Attack(
        "cropped + sticker + colour", (geometry.cropped(0.6, 0.85), overlays.large_sticker, tones.colour_cast)
    ),
    Attack("mirrored + collage of 2", (_MIRROR, frames.collage(2, 1))),
    Attack("meme + half size + JPEG", (overlays.meme, geometry.resized(0.5, 0.7)), (30, 60)),
    Attack("watermark + cropped", (overlays.watermark, geometry.cropped(0.5, 0.8))),
    Attack("noise + gamma + tilted", (tones.noisy, tones.gamma, geometry.tilted(2, 10))),
)
