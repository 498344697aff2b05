#!/usr/bin/env python3
"""Makes what torchvision's networks say, for the tests of our own.

Tests/ImageEncodingTests/Resources/backbones.safetensors: per network, on weights and an input [2, 3, 65, 97] that both
sides make by the formula of `pseudo_random` (nothing big is stored), computed in float64:

    NAME.pooled [2, channels]   NAME.places [2, 3, 4], the map's mean over channels   NAME.logits [2, 10]

The metadata holds NAME = the number of parameters and buffers, `num_batches_tracked` not counted.

With --weights and --images it makes Tests/ImageEncodingTests/Resources/mobilenet_photos.json as well: the logits of the
real MobileNetV2 on an input of the formula, and the five best classes with their logits of some real photos, decoded
and squashed to 225 x 225 by Pillow. No pixel of a photo is stored.

Needs torchvision: /usr/bin/python3 with Debian's python3-torchvision.
Usage: scripts/make_backbone_goldens.py [--weights mobilenet_v2.safetensors --images FOLDER]
"""
import argparse
import json
import math
import pathlib
import struct

import numpy as np
import torch
import torchvision

RESOURCES = pathlib.Path(__file__).resolve().parent.parent / "Tests/ImageEncodingTests/Resources"
NAMES = ["resnet18", "resnet34", "resnet50", "resnet101", "resnet152", "mobilenet_v2"]
PERIOD = 65537
MEAN, DEVIATION = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]
PHOTOS, SIDE = 8, 225


def make_table():
    """PERIOD values in [-1, 1) by a linear congruential generator, exact in float32."""
    state, values = 1, []
    for _ in range(PERIOD):
        state = (1103515245 * state + 12345) % 2**31
        values.append(((state >> 8) - 2**22) / 2**22)
    return np.array(values, dtype=np.float32)


TABLE = make_table()


def pseudo_random(name, shape):
    """The table read round and round, from a place that the name decides."""
    start = 0
    for byte in name.encode():
        start = (start * 31 + byte) % PERIOD
    count = math.prod(shape)
    return np.resize(np.roll(TABLE, -start), count).reshape(shape)


def formula(name, shape, gain):
    """A parameter: norms near one, shifts near zero, weights uniform for inputs of unit variance."""
    u = pseudo_random(name, shape)
    if name.endswith("running_var"):
        return 1 + u * np.float32(0.5)
    if len(shape) == 1 and name.endswith("weight"):
        return np.float32(0.75) + u * np.float32(0.25)
    if len(shape) == 1:
        return u * np.float32(0.125)
    return u * np.float32(math.sqrt(gain / math.prod(shape[1:])))


def random_networks():
    tensors, metadata = {}, {}
    for name in NAMES:
        model = getattr(torchvision.models, name)(weights=None, num_classes=10).double().eval()
        gain = 6 if name == "mobilenet_v2" else 3
        state = {k: v for k, v in model.state_dict().items() if not k.endswith("num_batches_tracked")}
        for key, value in state.items():
            value.copy_(torch.from_numpy(formula(key, list(value.shape), gain).astype(np.float64)))
        metadata[name] = str(len(state))
        x = torch.from_numpy(pseudo_random("input", [2, 3, 65, 97])).double() * 2
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


def write_safetensors(path, tensors, metadata):
    header, blobs, offset = {"__metadata__": metadata}, [], 0
    for name, tensor in tensors.items():
        blob = tensor.float().contiguous().numpy().tobytes()
        header[name] = {
            "dtype": "F32", "shape": list(tensor.shape), "data_offsets": [offset, offset + len(blob)]}
        offset += len(blob)
        blobs.append(blob)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + b"".join(blobs))


def read_safetensors(path):
    data = pathlib.Path(path).read_bytes()
    length = struct.unpack("<Q", data[:8])[0]
    types = {"F32": np.float32, "F16": np.float16, "I64": np.int64}
    tensors = {}
    for name, entry in json.loads(data[8 : 8 + length]).items():
        if name != "__metadata__":
            first, last = entry["data_offsets"]
            array = np.frombuffer(data[8 + length + first : 8 + length + last], dtype=types[entry["dtype"]])
            tensors[name] = torch.from_numpy(array.reshape(entry["shape"]).copy())
    return tensors


def photos(weights, images):
    from PIL import Image

    model = torchvision.models.mobilenet_v2(weights=None).eval()
    report = model.load_state_dict(read_safetensors(weights), strict=False)
    assert not report.unexpected_keys and all(k.endswith("num_batches_tracked") for k in report.missing_keys), report
    x = torch.from_numpy(pseudo_random("input", [1, 3, SIDE, SIDE])) * 2
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
    write_safetensors(RESOURCES / "backbones.safetensors", *random_networks())


if __name__ == "__main__":
    main()
