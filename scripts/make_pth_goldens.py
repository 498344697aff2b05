#!/usr/bin/env python3
"""Makes the .pth files in Tests/ArrayFilesTests/Resources/StateDicts: what `torch.save` itself writes.

Run it twice, by a recent PyTorch (`~/.cache/ascl/venv/bin/python`, 2.13) and by an old one (Debian's python3-torch, 1.13); the file
names carry the version's first two numbers:

    NAME.zip.VERSION.pth      the zip format (since PyTorch 1.6)
    NAME.legacy.VERSION.pth   the format before

    tensors   float32 [2, 3] 0...5, its float16, bfloat16, float64, int64, int32, int16, int8, uint8 and bool, a scalar
              2.5, an empty [0, 4], `view` (elements 2...4 of `float32`'s storage), `turned` (`float32` transposed),
              `column` (its last column) and a Parameter
    module    the state dict of Sequential(Linear(2, 2), BatchNorm1d(2)), all parameters 0.5
    nested    {"epoch": 3, "state_dict": {"weight": [1, 2]}, "loss": [0.5, None], "shape": torch.Size, ...}
    hostile   an object whose unpickling runs a command that makes a file `pickle-was-executed`

Legacy files name their storages by addresses, so their bytes differ from run to run; what they hold does not.

Usage: python3 scripts/make_pth_goldens.py
"""
import collections
import os
import pathlib
import warnings

warnings.filterwarnings("ignore")

import torch
from torch import nn

FOLDER = pathlib.Path(__file__).resolve().parent.parent / "Tests/ArrayFilesTests/Resources/StateDicts"
VERSION = ".".join(torch.__version__.split(".")[:2])


class Hostile:
    def __reduce__(self):
        return os.system, ("touch pickle-was-executed",)


def tensors():
    base = torch.arange(6, dtype=torch.float32).reshape(2, 3)
    types = ["float16", "bfloat16", "float64", "int64", "int32", "int16", "int8", "uint8", "bool"]
    result = {"float32": base}
    result.update({name: base.to(getattr(torch, name)) for name in types})
    result.update(
        scalar=torch.tensor(2.5), empty=torch.zeros(0, 4), view=base.flatten()[2:5], turned=base.t(),
        column=base[:, 2], parameter=nn.Parameter(torch.tensor([7.0, 8.0])))
    return result


def module():
    net = nn.Sequential(nn.Linear(2, 2), nn.BatchNorm1d(2))
    for parameter in net.parameters():
        nn.init.constant_(parameter, 0.5)
    return net.state_dict()


def nested():
    weights = collections.OrderedDict(weight=torch.tensor([1.0, 2.0]))
    return {
        "epoch": 3, "state_dict": weights, "loss": [0.5, None], "shape": torch.Size([2, 3]), "type": torch.float16,
        "best": True, "far": -(2**40), "optimizer": {"state": {0: {"step": torch.tensor(3.0)}}, "groups": [{"lr": 0.1}]},
    }


def main():
    FOLDER.mkdir(parents=True, exist_ok=True)
    values = {"tensors": tensors(), "module": module(), "nested": nested(), "hostile": {"weight": Hostile()}}
    for name, value in values.items():
        for kind, is_zip in [("zip", True), ("legacy", False)]:
            path = FOLDER / f"{name}.{kind}.{VERSION}.pth"
            torch.save(value, path, _use_new_zipfile_serialization=is_zip)


if __name__ == "__main__":
    main()
