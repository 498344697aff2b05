#!/usr/bin/env python3
"""How many changed copies of photos `ascl index duplicates` finds, and how many strangers it takes for copies.

  Benchmarks/duplicates.py --images PHOTOS --encoder CLIP [--copied 250] [--ascl .build/release/ascl]

All photos of a folder are indexed, the first of them with ten changed copies each. Prints the share of each kind of copy that is
in one group with its photo, and the groups that hold different photos. Needs Pillow.
"""
import argparse
import collections
import json
import pathlib
import subprocess
import tempfile

from PIL import Image, ImageEnhance


def copies(photo):
    """Changed copies: name, picture, JPEG quality."""
    width, height = photo.size
    for quality in (70, 30, 10):
        yield f"quality {quality}", photo, quality
    yield "half the size", photo.resize((width // 2, height // 2), Image.LANCZOS), 90
    yield "a quarter of the size", photo.resize((width // 4, height // 4), Image.BICUBIC), 80
    yield "a fifth brighter", ImageEnhance.Brightness(photo).enhance(1.2), 90
    for percent in (2, 5, 10):
        x, y = width * percent // 200, height * percent // 200
        yield f"{percent} % cut off", photo.crop((x, y, width - x, height - y)), 90
    yield "without colour", photo.convert("L").convert("RGB"), 90


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--images", type=pathlib.Path, required=True)
    parser.add_argument("--encoder", required=True)
    parser.add_argument("--copied", type=int, default=250)
    parser.add_argument("--ascl", default=".build/release/ascl")
    options = parser.parse_args()
    photos = sorted(options.images.glob("*.jpg"))
    with tempfile.TemporaryDirectory() as folder:
        images, index = pathlib.Path(folder, "images"), str(pathlib.Path(folder, "index"))
        images.mkdir()
        kinds = collections.defaultdict(list)
        for number, path in enumerate(photos):
            (images / f"{number} as it is.jpg").symlink_to(path.resolve())
            if number >= options.copied:
                continue
            for kind, copy, quality in copies(Image.open(path).convert("RGB")):
                copy.save(images / f"{number} {kind}.jpg", quality=quality)
                kinds[kind].append(number)
        subprocess.run(
            [options.ascl, "index", str(images), "--encoder", options.encoder, "--index", index], check=True)
        answer = subprocess.run(
            [options.ascl, "index", "duplicates", "--json", "--index", index], check=True, stdout=subprocess.PIPE)
    group_of, mixed, groups = {}, 0, json.loads(answer.stdout)["groups"]
    for number, group in enumerate(groups):
        names = [pathlib.Path(file["path"]).stem for file in [group["keep"], *group["others"]]]
        group_of.update((name, number) for name in names)
        mixed += len({name.split()[0] for name in names}) > 1
    for kind, numbers in kinds.items():
        found = sum(group_of.get(f"{n} {kind}", -1) == group_of.get(f"{n} as it is", -2) for n in numbers)
        print(f"{kind:22}{found / len(numbers):7.1%}")
    print(f"{len(photos)} photos, {len(groups)} groups, {mixed} of different photos")


if __name__ == "__main__":
    main()
