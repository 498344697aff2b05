"""Parameters and pictures that a test can compute for itself, so that nothing big has to be stored: every value follows
from the name and its place.

Tests/ImageEncodingTests/Formula.swift holds the same formula.
"""
import math

import numpy as np
import torch

PERIOD = 65537


def make_table():
    """PERIOD values in [-1, 1) by a linear congruential generator, exact in float32."""
    state, values = 1, []
    for _ in range(PERIOD):
        state = (1103515245 * state + 12345) % 2**31
        values.append(((state >> 8) - 2**22) / 2**22)
    return np.array(values, dtype=np.float32)


TABLE = make_table()


def uniform(name, shape):
    """The table read round and round, from a place that the name decides."""
    start = 0
    for byte in name.encode():
        start = (start * 31 + byte) % PERIOD
    return torch.from_numpy(np.resize(np.roll(TABLE, -start), math.prod(shape)).reshape(shape))


def parameter(name, shape, variance):
    """A parameter: norms near one, shifts near zero, weights of `variance` / fan in."""
    u = uniform(name, shape)
    if name.endswith("running_var"):
        return 1 + u * 0.5
    if len(shape) == 1 and name.endswith("weight"):
        return 0.75 + u * 0.25
    if len(shape) == 1:
        return u * 0.125
    return u * float(np.float32(math.sqrt(3 * variance / math.prod(shape[1:]))))


def picture(width, height, kind=0):
    """RGB8 `[height, width, 3]`: rectangles over a slope, with a grain."""
    y, x = np.mgrid[0:height, 0:width]
    channels = []
    for c in range(3):
        values = (x * (3 + c) + y * (5 - c) + 40 * kind) // 3 + ((x * x + 3 * y * (c + 1)) ^ (x * y)) % 23
        values = values + 90 * ((x // (9 + kind) + y // (7 + c)) % 2)
        channels.append(values % 256)
    return np.stack(channels, axis=-1).astype(np.uint8)
