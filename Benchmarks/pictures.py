#!/usr/bin/env python3
"""Pictures and weights to time `ascl-bench pictures` on, and the same work done by Pillow and PyTorch.

  photos   writes --count JPEG files of --width x --height that compress about as photographs do
  weights  writes a backbone's random weights as a .pth file, which `ascl` reads as it is
  decode   times Pillow: open, decode, convert to RGB, resize to --size x --size with its bilinear filter
  encode   times PyTorch: eager inference of the backbone on batches that are in memory already

Pillow gets its pictures through as many threads as `ascl` has (it lets go of Python's lock while it computes). PyTorch is
timed in both memory formats, and the faster one counts. After one pass that is not counted the fastest of --repeat counts.
"""
import argparse
import concurrent.futures
import json
import pathlib
import random
import resource
import time
import warnings

# Nothing here uses NumPy, and the pinned torch comes without it.
warnings.filterwarnings("ignore", message="Failed to initialize NumPy")

import torch
from PIL import Image, ImageFilter
from torch import nn

RESNET_BLOCKS = {"resnet50": (3, 4, 6, 3), "resnet101": (3, 4, 23, 3), "resnet152": (3, 8, 36, 3)}
# Of MobileNetV2: expansion, channels, blocks, stride of the first.
INVERTED = ((1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1))


class Bottleneck(nn.Module):
    def __init__(self, inputs, width, stride):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(inputs, width, 1, bias=False), nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, stride, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        self.conv3, self.bn3 = nn.Conv2d(width, 4 * width, 1, bias=False), nn.BatchNorm2d(4 * width)
        self.relu = nn.ReLU(inplace=True)
        self.downsample = None
        if stride != 1 or inputs != 4 * width:
            self.downsample = nn.Sequential(nn.Conv2d(inputs, 4 * width, 1, stride, bias=False),
                                            nn.BatchNorm2d(4 * width))

    def forward(self, x):
        y = self.relu(self.bn1(self.conv1(x)))
        y = self.relu(self.bn2(self.conv2(y)))
        return self.relu(self.bn3(self.conv3(y)) + (x if self.downsample is None else self.downsample(x)))


class ResNet(nn.Module):
    def __init__(self, blocks):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(3, 64, 7, 2, 3, bias=False), nn.BatchNorm2d(64)
        self.relu, self.maxpool = nn.ReLU(inplace=True), nn.MaxPool2d(3, 2, 1)
        inputs = 64
        for stage, count in enumerate(blocks):
            width = 64 << stage
            layers = []
            for block in range(count):
                layers.append(Bottleneck(inputs, width, 2 if stage > 0 and block == 0 else 1))
                inputs = 4 * width
            setattr(self, f"layer{stage + 1}", nn.Sequential(*layers))
        self.fc = nn.Linear(inputs, 1000)

    def forward(self, x):
        x = self.maxpool(self.relu(self.bn1(self.conv1(x))))
        return self.layer4(self.layer3(self.layer2(self.layer1(x))))


def unit(inputs, outputs, kernel, stride=1, groups=1):
    return nn.Sequential(nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, groups=groups, bias=False),
                         nn.BatchNorm2d(outputs), nn.ReLU6(inplace=True))


class InvertedResidual(nn.Module):
    def __init__(self, inputs, outputs, stride, expansion):
        super().__init__()
        wide = inputs * expansion
        layers = [unit(inputs, wide, 1)] if expansion != 1 else []
        self.conv = nn.Sequential(*layers, unit(wide, wide, 3, stride, wide), nn.Conv2d(wide, outputs, 1, bias=False),
                                  nn.BatchNorm2d(outputs))
        self.shortcut = stride == 1 and inputs == outputs

    def forward(self, x):
        return x + self.conv(x) if self.shortcut else self.conv(x)


class MobileNetV2(nn.Module):
    def __init__(self):
        super().__init__()
        layers, inputs = [unit(3, 32, 3, 2)], 32
        for expansion, outputs, count, stride in INVERTED:
            for block in range(count):
                layers.append(InvertedResidual(inputs, outputs, stride if block == 0 else 1, expansion))
                inputs = outputs
        self.features = nn.Sequential(*layers, unit(inputs, 1280, 1))
        self.classifier = nn.Sequential(nn.Dropout(0.2), nn.Linear(1280, 1000))

    def forward(self, x):
        return self.features(x)


def backbone(name):
    torch.manual_seed(0)
    return (MobileNetV2() if name == "mobilenet_v2" else ResNet(RESNET_BLOCKS[name])).eval()


def fastest(body, repeat):
    body()
    best = float("inf")
    for _ in range(repeat):
        start = time.perf_counter()
        body()
        best = min(best, time.perf_counter() - start)
    return best


def photo(width, height, seed):
    """Blurred blobs of several sizes and a little noise: smooth areas, edges and texture, as photographs have them."""
    dice = random.Random(seed)
    picture = Image.frombytes("RGB", (24, 18), dice.randbytes(24 * 18 * 3)).resize((width, height), Image.BICUBIC)
    for side in (width // 12, width // 4):
        detail = Image.frombytes("RGB", (side, side), dice.randbytes(side * side * 3))
        picture = Image.blend(picture, detail.resize((width, height), Image.BICUBIC), 0.25)
    return picture.filter(ImageFilter.GaussianBlur(0.6))


def photos(options):
    options.folder.mkdir(parents=True, exist_ok=True)
    for index in range(options.count):
        path = options.folder / f"photo_{options.width}_{index:03}.jpg"
        photo(options.width, options.height, index).save(path, quality=90)
    sizes = [path.stat().st_size for path in options.folder.iterdir()]
    return {"bytes_per_picture": sum(sizes) / len(sizes)}


def weights(options):
    torch.save(backbone(options.backbone).state_dict(), options.file)
    return {}


def decode(options):
    paths = sorted(options.folder.rglob("*.jpg"))

    def one(path):
        with Image.open(path) as picture:
            return picture.convert("RGB").resize((options.size, options.size), Image.BILINEAR)

    def everything():
        with concurrent.futures.ThreadPoolExecutor(options.threads) as pool:
            for _ in pool.map(one, paths):
                pass

    return {"pictures_per_second": len(paths) / fastest(everything, options.repeat)}


def encode(options):
    torch.set_num_threads(options.threads)
    model = backbone(options.backbone)
    best = {}
    with torch.inference_mode():
        for name, layout in (("contiguous", torch.contiguous_format), ("channels_last", torch.channels_last)):
            model = model.to(memory_format=layout)
            batch = torch.randn(options.batch, 3, options.size, options.size).to(memory_format=layout)
            rounds = max(1, options.count // options.batch)
            seconds = fastest(lambda: [model(batch) for _ in range(rounds)], options.repeat)
            best[name] = rounds * options.batch / seconds
    name = max(best, key=best.get)
    return {"pictures_per_second": best[name], "memory_format": name}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(required=True)

    def command(body, **arguments):
        own = commands.add_parser(body.__name__)
        own.set_defaults(body=body)
        own.add_argument("--threads", type=int, required=True)
        for name, kind in arguments.items():
            own.add_argument(f"--{name}", type=kind, required=True)

    command(photos, folder=pathlib.Path, count=int, width=int, height=int)
    command(weights, backbone=str, file=pathlib.Path)
    command(decode, folder=pathlib.Path, size=int, repeat=int)
    command(encode, backbone=str, size=int, batch=int, count=int, repeat=int)
    options = parser.parse_args()
    result = options.body(options)
    result["peak_memory_bytes"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps(result))


if __name__ == "__main__":
    main()
