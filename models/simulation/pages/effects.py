"""What scanners, printers, programs and the web do to a grey picture; lengths are fractions of its width."""

from __future__ import annotations

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

Grey = NDArray[np.float32]


def soften(image: Image.Image, radius: float) -> Image.Image:
    """Blur as much as a bell of this standard deviation does."""
    # one box of the same variance, which takes a third of the time and looks the same at a pixel or two
    pixels = radius * image.width
    return image.filter(ImageFilter.BoxBlur(((12 * pixels**2 + 1) ** 0.5 - 1) / 2))


def sharpen(image: Image.Image, percent: int) -> Image.Image:
    """Sharpen until light seams stand around what is dark."""
    return image.filter(ImageFilter.UnsharpMask(0.003 * image.width, percent, 0))


def add_noise(rng: np.random.Generator, image: Image.Image, deviation: float) -> Image.Image:
    """Add noise of a standard deviation, in fractions of the range from black to white."""
    dice = np.frombuffer(rng.bytes(2 * image.width * image.height), np.uint8).reshape(2, image.height, image.width)
    # two even throws make a triangle, near enough to a bell and ten times cheaper; its deviation is 104.5
    noise = dice[0].astype(np.float32) + dice[1] - np.float32(255)
    return to_image((np.asarray(image, np.float32) + noise * np.float32(deviation * 255 / 104.5)) / np.float32(255))


def lose_resolution(image: Image.Image, factor: float) -> Image.Image:
    """Make the picture ``factor`` times smaller and as large as before."""
    small = (max(1, round(image.width / factor)), max(1, round(image.height / factor)))
    return image.resize(small, Image.Resampling.BOX).resize(image.size, Image.Resampling.BICUBIC)


def compress(image: Image.Image, quality: int) -> Image.Image:
    """Save and open again as JPEG."""
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=quality)
    return Image.open(buffer).convert("L")


def posterise(rng: np.random.Generator, image: Image.Image, levels: int, *, dithered: bool = False) -> Image.Image:
    """Keep a few levels of grey, at least 2; dithering strews them so that tones between survive."""
    if dithered:
        # noise of a third of a step before rounding; the scattered dots of a GIF without its slow error diffusion
        image = add_noise(rng, image, 1 / (3 * (levels - 1)))
    return image.point([round(round(level / 255 * (levels - 1)) * 255 / (levels - 1)) for level in range(256)])


def strew(rng: np.random.Generator, image: Image.Image, specks: int, hairs: int) -> Image.Image:
    """Strew dust, specks and hairs, dark and light."""
    pen, width, height = ImageDraw.Draw(image), image.width, image.height
    for x, y, radius in zip(*rng.uniform(0, 1, (2, specks)), rng.gamma(1.5, 0.0015, specks), strict=True):
        size = max(0.4, min(radius, 0.008) * width)
        pen.ellipse((x * width - size, y * height - size, x * width + size, y * height + size), fill=_dirt(rng))
    for _ in range(hairs):
        steps = rng.normal(0, 0.012 * width, (8, 2)) + rng.normal(0, 0.02 * width, 2)
        path = np.cumsum(steps, axis=0) + rng.uniform(0, 1, 2) * (width, height)
        pen.line([tuple(point) for point in path], fill=_dirt(rng))
    return image


def _dirt(rng: np.random.Generator) -> int:
    return int(rng.integers(0, 140) if rng.random() < 0.75 else rng.integers(230, 256))


def halftone(rng: np.random.Generator, image: Image.Image, pitch: float) -> Image.Image:
    """Print in dots, ``pitch`` apart, on a tilted grid."""
    pixels = np.asarray(image, np.float32) / np.float32(255)
    x, y = _turned_grid(pixels.shape, rng.uniform(0.2, 1.2), 2 * np.pi / max(2.3, pitch * image.width))
    dots = np.float32(0.5) + np.float32(0.25) * (np.cos(x) + np.cos(y))
    return to_image(np.float32(0.5) + (pixels - dots) * np.float32(2.0))


def photograph_screen(rng: np.random.Generator, image: Image.Image, pitch: float) -> Image.Image:
    """Photograph from a monitor: its lines, ``pitch`` apart, and their moire."""
    pixels = np.asarray(image, np.float32) / np.float32(255)
    per_line = 2 * np.pi / max(2.1, pitch * image.width)
    _, lines = _turned_grid(pixels.shape, rng.uniform(-0.05, 0.05), per_line)
    _, beat = _turned_grid(pixels.shape, rng.uniform(-0.4, 0.4), per_line * rng.uniform(0.03, 0.12))
    depth, swell = np.float32(rng.uniform(0.03, 0.10)), np.float32(rng.uniform(0.01, 0.05))
    shade: Grey = np.float32(1) - depth * (np.float32(1) + np.cos(lines)) - swell * (np.float32(1) + np.cos(beat))
    return to_image(pixels * shade)


def _turned_grid(shape: tuple[int, ...], angle: float, frequency: float) -> tuple[Grey, Grey]:
    """Return phases along two turned axes, (height, width) each."""
    y = np.arange(shape[0], dtype=np.float32)[:, None] * np.float32(frequency)
    x = np.arange(shape[1], dtype=np.float32)[None] * np.float32(frequency)
    cos, sin = np.float32(np.cos(angle)), np.float32(np.sin(angle))
    return x * cos + y * sin, y * cos - x * sin


def to_image(grey: Grey) -> Image.Image:
    """Turn brightness, (height, width), 0 black to 1 white, into 8 bits."""
    scaled = grey * np.float32(255) + np.float32(0.5)
    return Image.fromarray(np.minimum(np.maximum(scaled, 0, out=scaled), 255, out=scaled).astype(np.uint8))
