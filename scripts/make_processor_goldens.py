#!/usr/bin/env python3
"""Makes Tests/ImageEncodingTests/Resources/processors.safetensors: what transformers' image processors make of pictures.

    picture.NAME    [height, width, 3] uint8: wide, tall and tiny
    file.KIND       a preprocessor_config.json (processor_config.json where KIND begins with nested)
    KIND.NAME       [3, height, width] float32, by the processor on Pillow; not every kind meets every picture

With a folder of photos and a folder to write to, all photos go through the processors of the usual sizes: NAME.KIND there is
a picture's bytes before they are rescaled. `ASCL_PROCESSORS=FOLDER swift test --filter ProcessorPhotosTests` compares them.
The differences of transformers' other processors, on torchvision, are printed.

It wants transformers, safetensors, torchvision and a Pillow before 13, which takes rows first where a tall picture is
squashed (made with 5.24.0, 0.8.0, 0.28.0 and 12.0.0).

Usage: python3 scripts/make_processor_goldens.py [PHOTOS FOLDER [COUNT]]
"""
import json
import pathlib
import sys
import tempfile

import numpy as np
from PIL import Image
from safetensors.numpy import load_file, save_file
from transformers import AutoImageProcessor

RESOURCES = pathlib.Path(__file__).resolve().parent.parent / "Tests/ImageEncodingTests/Resources"
CLIP = {"image_mean": [0.48145466, 0.4578275, 0.40821073], "image_std": [0.26862954, 0.26130258, 0.27577711]}
HALF = {"image_mean": [0.5, 0.5, 0.5], "image_std": [0.5, 0.5, 0.5]}
NAMED = {"image_processor_type": "CLIPImageProcessor"}

KINDS = {
    # As OpenAI's folders have it since 2021, and as later versions write it.
    "old": {"crop_size": 24, "do_center_crop": True, "do_normalize": True, "do_resize": True,
            "feature_extractor_type": "CLIPFeatureExtractor", **CLIP, "resample": 3, "size": 24},
    "clip": {"crop_size": {"height": 20, "width": 23}, "do_center_crop": True, "do_convert_rgb": True, "do_normalize": True,
             "do_rescale": True, "do_resize": True, **NAMED, **CLIP, "resample": 3, "rescale_factor": 0.00392156862745098,
             "size": {"shortest_edge": 25}},
    "bilinear": {**NAMED, **HALF, "crop_size": [19, 22], "resample": 2, "size": {"shortest_edge": 22}},
    "plain": {**NAMED, "crop_size": 12, "size": 13, "do_rescale": False, "do_normalize": False},
    "raw": {**NAMED, "crop_size": 12, "size": 13, "do_rescale": False, "image_mean": [127.5, 120, 110], "image_std": 60},
    "siglip": {"do_convert_rgb": None, "do_normalize": True, "do_rescale": True, "do_resize": True, **HALF,
               "image_processor_type": "SiglipImageProcessor", "resample": 3, "size": {"height": 20, "width": 26}},
    "siglip2": {"do_convert_rgb": None, "do_normalize": True, "do_rescale": True, "do_resize": True, **HALF,
                "image_processor_type": "SiglipImageProcessorFast", "resample": 2, "rescale_factor": 0.00392156862745098,
                "size": {"height": 24, "width": 24}, "device": None, "default_to_square": None},
    "half": {"image_processor_type": "SiglipImageProcessor", "do_normalize": False, "rescale_factor": 0.5, "size": [9, 11]},
    "nested": {"image_processor": {**NAMED, **CLIP, "crop_size": {"height": 18, "width": 18}, "resample": 3,
                                   "size": {"shortest_edge": 18}}, "processor_class": "CLIPProcessor"},
}
SIZES = {
    "clip224": {**NAMED, "size": {"shortest_edge": 224}, "crop_size": 224}, "clip336": {**NAMED, "size": 336, "crop_size": 336},
    "siglip224": {"image_processor_type": "SiglipImageProcessor", "size": {"height": 224, "width": 224}},
    "siglip2_256": {"image_processor_type": "SiglipImageProcessor", "size": {"height": 256, "width": 256}, "resample": 2},
}


def processor(name, file, backend="pil"):
    with tempfile.TemporaryDirectory() as folder:
        place = "processor_config.json" if name.startswith("nested") else "preprocessor_config.json"
        pathlib.Path(folder, place).write_text(json.dumps(file))
        return AutoImageProcessor.from_pretrained(folder, backend=backend)


def small():
    wide = load_file(RESOURCES / "pictures.safetensors")["photo"]
    pictures = {"wide": wide, "tall": np.ascontiguousarray(wide[3:60, 10:35]), "tiny": np.ascontiguousarray(wide[:9, 30:37])}
    tensors = {f"picture.{name}": picture for name, picture in pictures.items()}
    for kind, file in KINDS.items():
        tensors[f"file.{kind}"] = np.frombuffer(json.dumps(file).encode(), dtype=np.uint8)
        for name, picture in pictures.items():
            if name != "wide" and kind not in ("clip", "bilinear", "siglip"):
                continue
            values = processor(kind, file)(Image.fromarray(picture), return_tensors="np")["pixel_values"][0]
            tensors[f"{kind}.{name}"] = np.ascontiguousarray(values.astype(np.float32))
    save_file(tensors, RESOURCES / "processors.safetensors")
    (RESOURCES / "processors.safetensors").chmod(0o644)


def photos(source, target, count):
    target.mkdir(parents=True, exist_ok=True)
    raw = {"do_rescale": False, "do_normalize": False}
    (target / "files.json").write_text(json.dumps({kind: {**file, **raw} for kind, file in SIZES.items()}))
    paths = sorted(source.iterdir())[:count]
    (target / "photos.json").write_text(json.dumps([str(path) for path in paths]))
    for kind, file in SIZES.items():
        slow, fast = (processor(kind, {**file, **raw}, backend) for backend in ("pil", "torchvision"))
        largest, total = 0, 0.0
        for path in paths:
            picture = Image.open(path)
            values = slow(picture, return_tensors="np")["pixel_values"][0]
            difference = np.abs(fast(picture, return_tensors="np")["pixel_values"][0].astype(int) - values.astype(int))
            largest, total = max(largest, difference.max()), total + difference.mean()
            (target / f"{path.name}.{kind}").write_bytes(values.astype(np.uint8).tobytes())
        print(f"{kind}: torchvision's differ from Pillow's by at most {largest}, {total / len(paths):.4f} on average, of 255")


if __name__ == "__main__":
    if len(sys.argv) > 2:
        photos(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else None)
    else:
        small()
