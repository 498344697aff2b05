"""Parameters that a test can compute for itself: every value follows from the parameter's name and its place in it.

Tests/ImageEncodingTests/DetectionFormula.swift holds the same formula.
"""

import math

import numpy as np
import torch

MASK = (1 << 64) - 1


def uniform(name, count):
    """`count` numbers in [-1, 1), multiples of 2^-23: SplitMix64 from the name's FNV-1a hash."""
    state = 0xCBF29CE484222325
    for byte in name.encode():
        state = ((state ^ byte) * 0x100000001B3) & MASK
    with np.errstate(over="ignore"):
        z = np.uint64(state) + np.arange(1, count + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z = z ^ (z >> np.uint64(31))
    return (z >> np.uint64(40)).astype(np.float64) / 2**23 - 1


def parameter(name, shape, gains):
    """Norms near the identity, small biases, and weights of deviation gain / sqrt(fan in); `gains` names exceptions to
    a gain of sqrt 2 by a part of the parameter's name."""
    u = uniform(name, math.prod(shape))
    last = name.rsplit(".", 1)[-1]
    if last == "running_var":
        values = 1 + 0.5 * u
    elif last == "weight" and len(shape) == 1:
        values = 1 + 0.2 * u
    elif len(shape) == 1:
        values = 0.1 * u
    else:
        gain = next((gain for part, gain in gains if part in name), math.sqrt(2))
        values = gain * math.sqrt(3 / math.prod(shape[1:])) * u
    return torch.from_numpy(values.astype(np.float32)).reshape(shape)


def fill(model, gains):
    """Overwrites a module's parameters and buffers, but for counters."""
    state = model.state_dict()
    named = {k: parameter(k, tuple(v.shape), gains) for k, v in state.items() if v.is_floating_point()}
    model.load_state_dict({**state, **named})
    return model


def picture(width, height, kind=0):
    """RGB8 `[height, width, 3]`: rectangles over a slope, with a grain."""
    y, x = np.mgrid[0:height, 0:width]
    channels = []
    for c in range(3):
        values = (x * (3 + c) + y * (5 - c) + 40 * kind) // 3 + ((x * x + 3 * y * (c + 1)) ^ (x * y)) % 23
        values = values + 90 * ((x // (9 + kind) + y // (7 + c)) % 2)
        channels.append(values % 256)
    return np.stack(channels, axis=-1).astype(np.uint8)
