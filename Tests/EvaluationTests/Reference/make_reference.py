"""Computes the expected values of EvaluationTests with numpy and scipy alone.

    python3 make_reference.py    (writes features.safetensors and expected.json beside itself)
"""

import json
import struct
from pathlib import Path

import numpy as np
from scipy.linalg import sqrtm
from scipy.ndimage import correlate1d
from scipy.spatial.distance import cdist

folder = Path(__file__).parent
random = np.random.default_rng(5)


def write_safetensors(path, tensors):
    kinds = {"float32": "F32", "uint16": "U16", "int32": "I32"}
    header, data = {}, b""
    for name, array in tensors.items():
        raw = array.tobytes()
        header[name] = {
            "dtype": kinds[str(array.dtype)],
            "shape": list(array.shape),
            "data_offsets": [len(data), len(data) + len(raw)],
        }
        data += raw
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)


def frechet(a, b):
    (ca, cb) = (np.cov(x, rowvar=False) for x in (a, b))
    shift = a.mean(0) - b.mean(0)
    return float(shift @ shift + np.trace(ca + cb - 2 * sqrtm(ca @ cb).real))


def radii(points, k):
    return np.sort(cdist(points, points), axis=1)[:, k]


def manifold(samples, reference):
    between = cdist(samples, reference)
    inside = between <= radii(reference, 5)
    return {
        "precision": float((between <= radii(reference, 3)).any(1).mean()),
        "recall": float((between.T <= radii(samples, 3)).any(1).mean()),
        "density": float(inside.sum(1).mean() / 5),
        "coverage": float(inside.any(0).mean()),
        "frechet": frechet(samples, reference),
    }


def similarity(x, y):
    side = min(11, *x.shape)
    side -= 1 - side % 2
    weights = np.exp(-0.5 * ((np.arange(side) - side // 2) / 1.5) ** 2)
    weights /= weights.sum()
    border = side // 2

    def mean(plane):
        for axis in (0, 1):
            plane = correlate1d(plane, weights, axis=axis)
        return plane[border : plane.shape[0] - border, border : plane.shape[1] - border]

    mx, my = mean(x), mean(y)
    sxx, syy, sxy = mean(x * x) - mx * mx, mean(y * y) - my * my, mean(x * y) - mx * my
    c1, c2 = 0.01**2, 0.03**2
    return float(
        ((2 * mx * my + c1) * (2 * sxy + c2) / ((mx**2 + my**2 + c1) * (sxx + syy + c2))).mean()
    )


mixing = random.normal(size=(16, 16)) / 4
reference = (random.normal(size=(600, 16)) @ mixing + 3).astype(np.float32)
samples = (random.normal(size=(500, 16)) @ mixing * 0.9 + 3.1).astype(np.float32)
levels = random.integers(1, 5, size=500).astype(np.int32)
pairs = {}
for name, shape in {"grey": (28, 28, 1), "small": (9, 12, 1), "color": (17, 20, 3)}.items():
    original = random.integers(0, 256, size=shape)
    pairs[name] = original, np.clip(original + random.integers(-60, 61, size=shape), 0, 255)

write_safetensors(
    folder / "features.safetensors",
    {"reference": reference, "samples": samples, "levels": levels}
    | {f"{name}.original": pair[0].astype(np.uint16) for name, pair in pairs.items()}
    | {f"{name}.copy": pair[1].astype(np.uint16) for name, pair in pairs.items()},
)
expected = {
    "sets": [
        manifold(samples[levels > i].astype(np.float64), reference.astype(np.float64))
        for i in range(4)
    ],
    "images": {
        name: {
            "squaredError": float(((x - y) ** 2).mean() / 255**2),
            "structuralSimilarity": float(
                np.mean([similarity(x[..., c] / 255, y[..., c] / 255) for c in range(x.shape[2])])
            ),
        }
        for name, (x, y) in pairs.items()
    },
}
(folder / "expected.json").write_text(json.dumps(expected, indent=2) + "\n")
