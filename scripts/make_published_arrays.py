#!/usr/bin/env python3
"""Makes Tests/FeatureImportTests/Resources: folders of a file an image, as numpy writes them and people publish them.

    python3 scripts/make_published_arrays.py

Region r of picture i is [i + r/10, i + r/10 + 0.01, i + r/10 + 0.02], as in the tests' Published.features.
"""
import pathlib

import numpy as np

ROOT = pathlib.Path(__file__).resolve().parent.parent / "Tests/FeatureImportTests/Resources"


def features(image, count):
    """float32 [count, 3]."""
    rows = np.arange(count, dtype=np.float64)[:, None] / 10 + np.arange(3) / 100
    return (image + rows).astype(np.float32)


def folder(name):
    (ROOT / name).mkdir(parents=True, exist_ok=True)
    return ROOT / name


for image in (3, 5, 7, 9):
    # A published folder of regions, compressed, and its folder of vectors.
    np.savez_compressed(folder("att") / f"{image}.npz", feat=features(image, 2))
    np.save(folder("fc") / f"{image}.npy", np.array([image, -image, 0.5, 1], dtype=np.float32))
    # numpy's habits: float64, and the order of a transposed array.
    np.save(folder("fortran") / f"{image}.npy", np.asfortranarray(features(image, 2).astype(np.float64)))
    # Maps of a grid, one of them big enough for its header to be far from its end.
    np.save(folder("grid") / f"p_{image}.jpg.npy", np.ascontiguousarray(features(image, 4).reshape(2, 2, 3)))

for image, confidences in ((7, [0.5, 0.25, 0.75]), (3, [0.5, 0.5, 0.5, 0.5])):
    # As UNITER publishes: boxes as fractions with width, height and area behind them, and what nobody needs here.
    count = len(confidences)
    boxes = np.tile(np.array([0.125, 0.25, 0.5, 0.75, 0.375, 0.5, 0.1875], np.float16), (count, 1))
    np.savez_compressed(
        folder("uniter") / f"coco_val2014_{image:012d}.npz", features=features(image, count).astype(np.float16),
        norm_bb=boxes, conf=np.array(confidences, np.float16), soft_labels=np.zeros((count, 1601), np.float16))

# As a common extractor saves: boxes in pixels with the picture's size, and a pickled dictionary, which is left alone.
np.savez_compressed(
    folder("bua") / "p_7.npz", x=features(7, 2), bbox=np.array([[0, 10, 100, 50], [20, 0, 200, 100]], np.float32),
    num_bbox=2, image_h=100, image_w=200, info={"image_id": "p_7"})
# np.savez without names and without compression.
np.savez(folder("plain") / "7.npz", features(7, 2))
