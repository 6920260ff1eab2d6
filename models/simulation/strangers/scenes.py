"""Pictures of the world and of other instruments: photographs, nuclei, spots, X-rays, gels."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw, ImageFilter
from scipy import ndimage
from scipy.special import expit

from models.simulation.strangers.canvas import Scene, field, picture


def fractal(rng: np.random.Generator) -> Image.Image:
    """Noise with the spectrum of natural scenes: amplitude falls with the frequency (Field 1987)."""
    scene = _noise(rng, field(rng)[0].shape, rng.uniform(0.8, 2.0))
    return picture(np.tanh(rng.uniform(0.5, 3.0) * scene / scene.std()))


def dead_leaves(rng: np.random.Generator) -> Image.Image:
    """Shapes of every size that cover each other, the other model of natural scenes (Lee, Mumford and Huang 2001)."""
    width, height = (int(side) for side in rng.integers(320, 640, 2))
    image = Image.new("L", (width, height), int(rng.integers(256)))
    pen = ImageDraw.Draw(image)
    for size in 200.0 / rng.uniform(1.0, 25.0, int(rng.integers(200, 900))):
        left, top = rng.uniform(-size, width), rng.uniform(-size, height)
        box = (left, top, left + size * rng.uniform(0.4, 1.6), top + size * rng.uniform(0.4, 1.6))
        draw = pen.ellipse if rng.random() < 0.6 else pen.rectangle
        draw(box, fill=int(rng.integers(256)))
    return image.filter(ImageFilter.GaussianBlur(rng.uniform(0.3, 1.5)))


def gradient(rng: np.random.Generator) -> Image.Image:
    """Smooth light with a horizon, like sky over land."""
    y, x = field(rng)
    light = rng.normal() * x + rng.normal() * y + rng.normal() * np.hypot(x - rng.uniform(-1, 1), y)
    land = y > rng.uniform(-0.3, 0.5) + 0.2 * ndimage.gaussian_filter1d(rng.normal(size=y.shape[1]), 12) * 3
    return picture(light + np.where(land, rng.uniform(-2, 2) + 0.2 * _noise(rng, y.shape, 1.0), 0.0))


def texture(rng: np.random.Generator) -> Image.Image:
    """Waves of a few directions, bent a little: wood, cloth, brick, fur."""
    y, x = field(rng)
    bent = 0.05 * rng.uniform(0, 2) * _noise(rng, y.shape, 1.5)
    scene = np.zeros_like(y)
    for _ in range(int(rng.integers(1, 4))):
        angle, waves = rng.uniform(0, np.pi), rng.uniform(15, 120)
        scene += np.sin(waves * (np.cos(angle) * x + np.sin(angle) * y + bent))
    return picture(scene + rng.uniform(0, 0.5) * _noise(rng, y.shape, 0.5))


def nuclei(rng: np.random.Generator) -> Image.Image:
    """A field of stained nuclei without any mitosis."""
    y, x = field(rng)
    scene = 0.03 * _noise(rng, y.shape, 0.5)
    radius = rng.uniform(0.03, 0.12)
    for _ in range(int(rng.integers(10, 120))):
        inside = _blob(rng, y, x, radius * rng.uniform(0.6, 1.4))
        scene = np.maximum(scene, rng.uniform(0.4, 1.0) * inside)
    return picture(-scene * (1 + 0.3 * rng.random() * _noise(rng, y.shape, 0.7)))


def hybridisation(rng: np.random.Generator) -> Image.Image:
    """Interphase FISH: pale nuclei with a few bright spots each, on a dark ground."""
    y, x = field(rng)
    scene = np.zeros_like(y)
    for _ in range(int(rng.integers(3, 40))):
        centre, radius = rng.uniform(-0.9, 0.9, 2), rng.uniform(0.05, 0.2)
        scene += 0.35 * (np.hypot(y - centre[0], x - centre[1]) < radius)
        for _ in range(int(rng.integers(1, 5))):
            spot = centre + rng.normal(0, radius / 2, 2)
            scene += np.exp(-(np.hypot(y - spot[0], x - spot[1]) ** 2) / (2 * rng.uniform(0.004, 0.012) ** 2))
    return picture(np.minimum(scene, 1.5))


def x_ray(rng: np.random.Generator) -> Image.Image:
    """A chest: two dark lungs, a spine, ribs."""
    y, x = field(rng)
    light = 0.6 - 0.3 * np.hypot(x / 1.1, y / 1.2) + 0.35 * np.exp(-((x / rng.uniform(0.06, 0.12)) ** 2))
    for side in (-1, 1):
        lung = np.hypot((x - side * rng.uniform(0.32, 0.42)) / 0.28, (y + 0.05) / rng.uniform(0.5, 0.65))
        light -= 0.35 * expit((1 - lung) * 18)
    ribs = np.sin(rng.uniform(22, 34) * (y + rng.uniform(0.2, 0.5) * x**2))
    light += rng.uniform(0.03, 0.1) * np.clip(ribs, 0, 1) + 0.01 * _noise(rng, y.shape, 0.8)
    return picture(light)


def portrait(rng: np.random.Generator) -> Image.Image:
    """A face as a few blobs before a background."""
    y, x = field(rng)
    middle, tall = rng.uniform(-0.2, 0.2, 2), rng.uniform(0.45, 0.7)
    v, u = (y - middle[0]) / tall, (x - middle[1]) / (tall * 0.75)
    light = rng.uniform(0, 0.8) + 0.15 * _noise(rng, y.shape, 1.2)
    hair, skin = np.hypot(u / 1.15, (v + 0.15) / 1.1) < 1, np.hypot(u, v) < 0.92
    light = np.where(hair, rng.uniform(0, 0.5), light)
    light = np.where(skin & (v > -0.55), rng.uniform(0.5, 1.0) - 0.2 * u, light)
    for at, size, shade in ((-0.35, 0.12, 0.1), (0.35, 0.12, 0.1)):
        light = np.where(np.hypot((u - at) / 1.5, v + 0.15) < size, shade, light)
    light = np.where((np.abs(v - 0.5) < 0.06) & (np.abs(u) < 0.35), 0.25, light)
    return picture(ndimage.gaussian_filter(light, rng.uniform(1, 4)) + 0.01 * _noise(rng, y.shape, 0.3))


def gel(rng: np.random.Generator) -> Image.Image:
    """An electrophoresis gel or blot: lanes of horizontal bands."""
    y, x = field(rng)
    scene, lanes = 0.05 * _noise(rng, y.shape, 1.0), int(rng.integers(4, 22))
    pitch = 1.9 * np.abs(x).max() / lanes
    ladder = rng.uniform(-0.9, 0.9, int(rng.integers(3, 12))) * np.abs(y).max()
    for lane in range(lanes):
        own = rng.uniform(-0.9, 0.9, int(rng.integers(0, 4))) * np.abs(y).max()
        across = np.abs(x - (lane - (lanes - 1) / 2) * pitch) < pitch * rng.uniform(0.3, 0.42)
        for place in (*(ladder if rng.random() < 0.6 else ()), *own):
            thick = rng.uniform(0.006, 0.025)
            scene += rng.uniform(0.2, 1.0) * across * np.exp(-(((y - place) / thick) ** 2))
    return picture(-np.minimum(ndimage.gaussian_filter(scene, 1.0), 1.2))


def fingerprint(rng: np.random.Generator) -> Image.Image:
    """Ridges around a core."""
    y, x = field(rng)
    core = np.hypot(x - rng.uniform(-0.2, 0.2), (y - rng.uniform(-0.2, 0.2)) * rng.uniform(0.5, 0.9))
    bent = core + 0.08 * _noise(rng, y.shape, 1.8)
    ridges = np.sin(rng.uniform(60, 110) * bent) * (np.hypot(x, y / 1.3) < rng.uniform(0.5, 0.8))
    return picture(-np.clip(ridges * rng.uniform(1, 3) + 0.2 * _noise(rng, y.shape, 0.3), 0, 1))


def _noise(rng: np.random.Generator, shape: tuple[int, ...], fall: float) -> Scene:
    """Noise of unit spread whose amplitude falls with the frequency to the power ``fall``."""
    frequency = np.hypot(np.fft.fftfreq(shape[0])[:, None], np.fft.rfftfreq(shape[1])[None])
    frequency[0, 0] = np.inf  # no constant part
    spectrum = np.fft.rfft2(rng.normal(size=shape)) / frequency**fall
    scene: Scene = np.fft.irfft2(spectrum, s=shape)
    scene /= scene.std()
    return scene


def _blob(rng: np.random.Generator, y: Scene, x: Scene, radius: float) -> Scene:
    """A soft ellipse anywhere, 0..1."""
    top, left, turn, flat = *rng.uniform(-0.95, 0.95, 2), rng.uniform(0, np.pi), rng.uniform(0.6, 1.0)
    v, u = y - top, x - left
    across, along = np.cos(turn) * u + np.sin(turn) * v, (np.cos(turn) * v - np.sin(turn) * u) / flat
    soft: Scene = expit((1 - np.hypot(across, along) / radius) * 12)
    return soft
