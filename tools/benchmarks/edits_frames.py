"""Edits that put the image into a larger one: borders, screenshots, collages, other images."""

from __future__ import annotations

from collections.abc import Callable

from PIL import Image, ImageDraw, ImageFilter

from tools.benchmarks.scenery import Scenery, filling, fitting, write

Edit = Callable[[Image.Image, Scenery], Image.Image]
WHITE, BLACK = (255, 255, 255), (0, 0, 0)


def padded(
    image: Image.Image, sides: tuple[float, float, float, float], fill: tuple[int, ...]
) -> Image.Image:
    """Add a border. sides: left, top, right, bottom, as shares of the width or height."""
    left, right = round(sides[0] * image.width), round(sides[2] * image.width)
    top, bottom = round(sides[1] * image.height), round(sides[3] * image.height)
    canvas = Image.new("RGB", (image.width + left + right, image.height + top + bottom), fill)
    canvas.paste(image, (left, top))
    return canvas


def bordered(image: Image.Image, scenery: Scenery) -> Image.Image:
    side = scenery.between(0.02, 0.2)
    return padded(image, (side,) * 4, scenery.random.choice((WHITE, BLACK, scenery.colour())))


def letterboxed(image: Image.Image, scenery: Scenery) -> Image.Image:
    side = scenery.between(0.08, 0.4)
    return padded(image, (0, side, 0, side), scenery.random.choice((BLACK, BLACK, WHITE)))


def pillarboxed(image: Image.Image, scenery: Scenery) -> Image.Image:
    side = scenery.between(0.08, 0.4)
    return padded(image, (side, 0, side, 0), scenery.random.choice((BLACK, BLACK, WHITE)))


def polaroid(image: Image.Image, scenery: Scenery) -> Image.Image:
    side = scenery.between(0.04, 0.08)
    framed = padded(image, (side, side, side, side * 4), (250, 248, 240))
    box = (framed.width // 8, framed.height * 7 // 8, framed.width, framed.height)
    write(framed, scenery.words(3), box, max(10, framed.height // 20), (60, 60, 60))
    return framed


def blurred_padding(image: Image.Image, scenery: Scenery) -> Image.Image:
    """Fill a portrait or square with the image itself, enlarged and blurred, behind the image."""
    width, height = scenery.random.choice(((720, 1280), (800, 800), (1280, 720)))
    canvas = filling(image, width, height).filter(ImageFilter.GaussianBlur(scenery.between(15, 40)))
    inner = fitting(image, width, height)
    if inner.width > width * 0.97 and inner.height > height * 0.97:
        inner = fitting(image, round(width * 0.8), round(height * 0.8))
    canvas.paste(inner, ((width - inner.width) // 2, (height - inner.height) // 2))
    return canvas


def captioned(above: float, below: float) -> Edit:
    """Add a plain band with words above or below the image."""

    def edit(image: Image.Image, scenery: Scenery) -> Image.Image:
        high = scenery.between(0.15, 0.35)
        page, ink = scenery.random.choice(((WHITE, BLACK), (BLACK, WHITE)))
        framed = padded(image, (0, high * above, 0, high * below), page)
        size = max(10, round(image.height * high / 4))
        band = round(image.height * high)
        for start, share in ((0, above), (framed.height - band, below)):
            if share:
                box = (size // 2, start + size // 3, framed.width - size // 2, start + band)
                write(framed, scenery.words(12), box, size, ink)
        return framed

    return edit


def phone_screenshot(page: tuple[int, int, int], ink: tuple[int, int, int]) -> Edit:
    """Show the image in a feed on a phone: status bar, account name, buttons, comments, navigation bar."""

    def edit(image: Image.Image, scenery: Scenery) -> Image.Image:
        width, height = scenery.random.choice(((720, 1560), (750, 1334), (810, 1800)))
        canvas = Image.new("RGB", (width, height), page)
        draw = ImageDraw.Draw(canvas)
        write(canvas, "9:41", (40, 14, 200, 50), 26, ink)
        for x in range(3):
            draw.rectangle((width - 150 + x * 40, 18, width - 125 + x * 40, 40), fill=ink)
        draw.ellipse((24, 76, 96, 148), fill=scenery.colour())
        write(canvas, scenery.words(2), (116, 80, width, 120), 28, ink)
        write(canvas, scenery.words(3), (116, 116, width, 160), 22, (130, 130, 130))
        picture = fitting(image, width, height * 6 // 10)
        top = scenery.random.randint(165, 240)
        canvas.paste(picture, ((width - picture.width) // 2, top))
        below = top + picture.height + 16
        for x, shape in enumerate((draw.ellipse, draw.rectangle, draw.polygon, draw.ellipse)):
            left = 28 + x * 72
            if shape == draw.polygon:
                draw.polygon(
                    ((left, below), (left + 40, below + 20), (left, below + 40)), outline=ink, width=4
                )
            else:
                shape((left, below, left + 40, below + 40), outline=ink, width=4)
        for row in range(3):
            line = below + 64 + row * 44
            write(canvas, scenery.words(6), (28, line, width - 40, line + 40), 26, ink)
        draw.line((0, height - 96, width, height - 96), fill=(130, 130, 130), width=2)
        for x in range(5):
            left = x * width // 5 + 40
            draw.rounded_rectangle((left, height - 76, left + 48, height - 28), 10, outline=ink, width=4)
        return canvas

    return edit


def browser_screenshot(image: Image.Image, scenery: Scenery) -> Image.Image:
    """Show the image on a web page: address bar, columns of text, another image at the side."""
    canvas = Image.new("RGB", (1280, 800), (245, 245, 247))
    draw = ImageDraw.Draw(canvas)
    draw.rectangle((0, 0, 1280, 84), fill=(222, 225, 230))
    draw.rounded_rectangle((180, 44, 1000, 74), 15, fill=WHITE)
    write(canvas, "www.example.org/" + scenery.words(1), (200, 48, 980, 74), 20, (60, 60, 60))
    picture = fitting(image, 760, 560)
    canvas.paste(picture, (40, 110 + scenery.random.randint(0, 60)))
    canvas.paste(scenery.other(320, 220), (880, 120))
    write(canvas, scenery.words(90), (880, 360, 1240, 780), 20, (40, 40, 40))
    write(canvas, scenery.words(40), (40, 740, 800, 800), 20, (40, 40, 40))
    return canvas


def story(image: Image.Image, scenery: Scenery) -> Image.Image:
    """Show the image in a portrait story: tilted, on a gradient, with words and a sticker."""
    canvas = Image.linear_gradient("L").resize((720, 1280)).convert("RGB")
    canvas = Image.blend(canvas, Image.new("RGB", canvas.size, scenery.colour()), 0.7)
    inner = fitting(image, 640, 900)
    mask = Image.new("L", inner.size, 255)
    angle = scenery.between(-6, 6)
    inner, mask = (layer.rotate(angle, Image.Resampling.BICUBIC, expand=True) for layer in (inner, mask))
    canvas.paste(inner, ((720 - inner.width) // 2, (1280 - inner.height) // 2), mask)
    write(canvas, scenery.words(6), (60, 120, 660, 260), 44, WHITE, stroke=2)
    return canvas


def picture_in_picture(image: Image.Image, scenery: Scenery) -> Image.Image:
    """Put the image into another one, on 15% to 50% of its area."""
    canvas = scenery.other(1000, 750)
    side = scenery.between(0.4, 0.7)
    inner = fitting(image, round(1000 * side), round(750 * side))
    left, top = scenery.random.randint(0, 1000 - inner.width), scenery.random.randint(0, 750 - inner.height)
    canvas.paste(inner, (left, top))
    return canvas


def inset_over(image: Image.Image, scenery: Scenery) -> Image.Image:
    """Put another image into a corner, as in a video call."""
    result = image.copy()
    side = scenery.between(0.2, 0.35)
    small = scenery.other(round(image.width * side), round(image.height * side))
    x, y = scenery.random.random() < 0.5, scenery.random.random() < 0.5
    result.paste(
        small,
        (image.width - small.width - 8 if x else 8, image.height - small.height - 8 if y else 8),
    )
    return result


def collage(columns: int, rows: int) -> Edit:
    """Put the image into a grid of images, all cropped to one shape."""

    def edit(image: Image.Image, scenery: Scenery) -> Image.Image:
        gap = scenery.random.choice((0, 6, 14))
        share = 1.0 if columns * rows == 2 else 0.75
        width, height = round(image.width * share), round(image.height * share)
        canvas = Image.new(
            "RGB", (columns * width + (columns + 1) * gap, rows * height + (rows + 1) * gap), WHITE
        )
        chosen = scenery.random.randrange(columns * rows)
        for cell in range(columns * rows):
            inner = image if cell == chosen else scenery.random.choice(scenery.others)
            place = gap + cell % columns * (width + gap), gap + cell // columns * (height + gap)
            canvas.paste(filling(inner, width, height), place)
        return canvas

    return edit
