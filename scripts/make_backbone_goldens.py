#!/usr/bin/env python3
"""Makes what torchvision's networks say, for the tests of our own.

Tests/ImageEncodingTests/Resources/backbones.safetensors: per network, on weights and an input [2, 3, 65, 97] that both
sides make by the formula of `formula_weights.py` (nothing big is stored), computed in float64:

    NAME.pooled [2, channels]   NAME.places [2, 3, 4], the map's mean over channels   NAME.logits [2, 10]

The metadata holds NAME = the number of parameters and buffers, `num_batches_tracked` not counted.

With --weights and --images it makes Tests/ImageEncodingTests/Resources/mobilenet_photos.json as well: the logits of the
real MobileNetV2 on an input of the formula, and the five best classes with their logits of some real photos, decoded
and squashed to 225 x 225 by Pillow. No pixel of a photo is stored.

It wants torchvision and NumPy, for example Debian's python3-torchvision (made with torch 1.13, torchvision 0.14).

Usage: python3 scripts/make_backbone_goldens.py [--weights mobilenet_v2.safetensors --images FOLDER]
"""
import argparse
import json
import pathlib

import numpy as np
import torch
import torchvision

from formula_weights import parameter, uniform
from tensor_files import read_safetensors, write_safetensors

RESOURCES = pathlib.Path(__file__).resolve().parent.parent / "Tests/ImageEncodingTests/Resources"
NAMES = ["resnet18", "resnet34", "resnet50", "resnet101", "resnet152", "mobilenet_v2"]
MEAN, DEVIATION = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]
PHOTOS, SIDE = 8, 225


def random_networks():
    tensors, metadata = {}, {}
    for name in NAMES:
        model = getattr(torchvision.models, name)(weights=None, num_classes=10).double().eval()
        variance = 2 if name == "mobilenet_v2" else 1
        state = {k: v for k, v in model.state_dict().items() if not k.endswith("num_batches_tracked")}
        for key, value in state.items():
            value.copy_(parameter(key, list(value.shape), variance))
        metadata[name] = str(len(state))
        x = uniform("input", [2, 3, 65, 97]).double() * 2
        if name == "mobilenet_v2":
            feature_map = model.features(x)
        else:
            feature_map = x
            for part in list(model.children())[:-2]:
                feature_map = part(feature_map)
        tensors[name + ".pooled"] = feature_map.mean((2, 3))
        tensors[name + ".places"] = feature_map.mean(1)
        tensors[name + ".logits"] = model(x)
        print(name, len(state), "logits' range", *model(x).aminmax(), "pooled up to", feature_map.mean((2, 3)).max())
    return tensors, metadata


def photos(weights, images):
    from PIL import Image

    model = torchvision.models.mobilenet_v2(weights=None).eval()
    report = model.load_state_dict(read_safetensors(weights)[0], strict=False)
    assert not report.unexpected_keys and all(k.endswith("num_batches_tracked") for k in report.missing_keys), report
    x = uniform("input", [1, 3, SIDE, SIDE]) * 2
    found = {"formulaLogits": [float(v) for v in model(x)[0]], "photos": []}
    names = sorted(p.name for p in pathlib.Path(images).iterdir())
    for name in names[:: len(names) // PHOTOS][:PHOTOS]:
        with Image.open(pathlib.Path(images) / name) as picture:
            pixels = picture.convert("RGB").resize((SIDE, SIDE), Image.BILINEAR)
        x = torch.from_numpy(np.asarray(pixels, dtype=np.float32) / 255).permute(2, 0, 1)
        x = (x - torch.tensor(MEAN).view(3, 1, 1)) / torch.tensor(DEVIATION).view(3, 1, 1)
        logits, classes = model(x[None])[0].topk(5)
        found["photos"].append({"name": name, "classes": classes.tolist(), "logits": logits.tolist()})
    return found


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--weights")
    parser.add_argument("--images")
    arguments = parser.parse_args()
    torch.set_grad_enabled(False)
    RESOURCES.mkdir(parents=True, exist_ok=True)
    if arguments.weights and arguments.images:
        text = json.dumps(photos(arguments.weights, arguments.images), indent=1)
        (RESOURCES / "mobilenet_photos.json").write_text(text + "\n")
    tensors, metadata = random_networks()
    tensors = {name: tensor.float() for name, tensor in tensors.items()}
    write_safetensors(RESOURCES / "backbones.safetensors", tensors, metadata)


if __name__ == "__main__":
    main()
