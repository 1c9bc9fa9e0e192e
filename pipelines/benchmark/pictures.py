#!/usr/bin/env python3
"""Makes the JPEGs that the benchmark reads: 200 of 12 megapixels, and 5,000 of less than 100 kB.

    pictures.py FOLDER

Needs Pillow and numpy. They are waves with noise on them, which compress about as photos do; many are
links to few, as their contents do not matter.
"""
import os
import sys

import numpy as np
from PIL import Image


def picture(height, width, seed):
    random = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    waves = [
        np.sin(y / random.uniform(20, 200) + x / random.uniform(20, 200)) for _ in range(3)
    ]
    pixels = 128 + 80 * np.stack(waves, -1) + random.normal(0, 6, (height, width, 3))
    return Image.fromarray(pixels.clip(0, 255).astype(np.uint8))


def fill(folder, count, different, height, width):
    if os.path.isdir(folder):
        return
    os.makedirs(folder + ".partial")
    for number in range(count):
        path = f"{folder}.partial/{number:04}.jpg"
        if number < different:
            picture(height, width, number).save(path, quality=85)
        else:
            os.link(f"{folder}.partial/{number % different:04}.jpg", path)
    os.rename(folder + ".partial", folder)


fill(f"{sys.argv[1]}/large", 200, 10, 3000, 4000)
fill(f"{sys.argv[1]}/small", 5000, 50, 375, 500)
