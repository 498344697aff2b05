#!/usr/bin/env python3
"""Makes Tests/ImageEncodingTests/Resources/pictures.safetensors: what Pillow and torchvision make of small pictures.

    file.NAME     a picture file's bytes, made by Pillow (or here, where Pillow cannot)
    pixels.NAME   [height, width, 3] uint8, upright, in sRGB, opacity laid onto white
    photo         [height, width, 3] uint8, smooth with noise, as photos are
    resized.FIT   [height, width, 3] uint8, torchvision's resize of the photo's tensor with antialiasing
    pillow.FIT    the same by Pillow's resize(BILINEAR)
    tensor.FIT    [3, height, width] float32, resized.FIT normalised with ImageNet's mean and deviation

FIT is squash (41 wide, 33 high), enlarged (120 wide, 80 high), short (short side 32) and cropped (short side 40, of
which the middle 28).

It wants torchvision, Pillow and the command `vips`, for example Debian's python3-torchvision and libvips-tools (made with
torchvision 0.14, Pillow 9.4, libvips 8.14).

Usage: python3 scripts/make_picture_goldens.py
"""
import io
import math
import pathlib
import random
import struct
import subprocess
import tempfile
import zlib

import torch
from PIL import Image, ImageOps
from torchvision.transforms import functional as F

from tensor_files import write_safetensors

OUTPUT = pathlib.Path(__file__).resolve().parent.parent / "Tests/ImageEncodingTests/Resources/pictures.safetensors"


def photo(width, height, noise, seed):
    dice = random.Random(seed)
    phases = [dice.uniform(0, 6) for _ in range(9)]

    def value(x, y, channel):
        a, b, c = phases[3 * channel:3 * channel + 3]
        wave = math.sin(x / 11 + a) * math.cos(y / 7 + b) + 0.5 * math.sin((x + y) / 4 + c) + (x > 0.6 * width)
        return min(255, max(0, round(110 + 60 * wave + dice.gauss(0, noise))))

    return Image.frombytes("RGB", (width, height), bytes(
        value(x, y, channel) for y in range(height) for x in range(width) for channel in range(3)))


def encoded(picture, form, **options):
    file = io.BytesIO()
    picture.save(file, form, **options)
    return file.getvalue()


def decoded(data):
    return Image.open(io.BytesIO(data)).convert("RGB")


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png16(picture, profile=None):
    """RGB or RGBA of 16 bits a channel, whose high bytes are the picture's."""
    rows = picture.tobytes()
    stride = picture.width * len(picture.mode)
    raw = b"".join(b"\0" + bytes(b for v in rows[at:at + stride] for b in (v, v))
                   for at in range(0, len(rows), stride))
    header = struct.pack(">IIBBBBB", picture.width, picture.height, 16, {"RGB": 2, "RGBA": 6}[picture.mode], 0, 0,
                         0)
    embedded = chunk(b"iCCP", b"exchanged\0\0" + zlib.compress(profile)) if profile else b""
    pixels = chunk(b"IDAT", zlib.compress(raw))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + embedded + pixels + chunk(b"IEND", b"")


def exchanged_profile():
    """An ICC profile in which red and green have changed places: sRGB's primaries, a gamma of 2.2."""
    def xyz(x, y, z):
        return b"XYZ \0\0\0\0" + b"".join(struct.pack(">i", round(v * 65536)) for v in (x, y, z))

    def text(kind, content):
        body = kind + b"\0\0\0\0"
        if kind == b"desc":
            return body + struct.pack(">I", len(content) + 1) + content + b"\0" + b"\0" * 78
        return body + content + b"\0"

    gamma = b"curv\0\0\0\0" + struct.pack(">IH", 1, round(2.2 * 256)) + b"\0\0"
    tags = {
        b"desc": text(b"desc", b"Exchanged"), b"cprt": text(b"text", b"None"), b"wtpt": xyz(0.9642, 1, 0.8249),
        b"gXYZ": xyz(0.4361, 0.2225, 0.0139), b"rXYZ": xyz(0.3851, 0.7169, 0.0971),
        b"bXYZ": xyz(0.1431, 0.0606, 0.7141),
        b"rTRC": gamma, b"gTRC": gamma, b"bTRC": gamma,
    }
    table, body, at = b"", b"", 128 + 4 + 12 * len(tags)
    for name, data in tags.items():
        data += b"\0" * (-len(data) % 4)
        table += name + struct.pack(">II", at + len(body), len(data))
        body += data
    size = at + len(body)
    header = struct.pack(">I4sI4s4s4s12s4s", size, b"lcms", 0x02100000, b"mntr", b"RGB ", b"XYZ ", b"\0" * 12, b"acsp")
    header += b"\0" * (68 - len(header)) + struct.pack(">iii", 63190, 65536, 54061)
    return header.ljust(128, b"\0") + struct.pack(">I", len(tags)) + table + body


def picture_files():
    """Every file with the picture that it shows."""
    small = photo(24, 16, 0, 1)
    files = {}

    def add(name, data, shows=None):
        files[name] = data, (shows or decoded(data))

    for orientation in range(1, 9):
        exif = Image.Exif()
        exif[0x0112] = orientation
        data = encoded(small, "JPEG", quality=90, exif=exif)
        add(f"orientation{orientation}.jpg", data, ImageOps.exif_transpose(Image.open(io.BytesIO(data))))
    add("progressive.jpg", encoded(photo(96, 64, 3, 2), "JPEG", quality=85, progressive=True))
    add("grey.jpg", encoded(small.convert("L"), "JPEG", quality=90))
    # Saturated inks differ between colour profiles; greys and pale colours do not by much.
    add("cmyk.jpg", encoded(Image.new("CMYK", (16, 16), (0, 0, 0, 0)), "JPEG"), Image.new("RGB", (16, 16), "white"))
    add("rgb.png", encoded(small, "PNG"))
    add("palette.png", encoded(small.quantize(16), "PNG"))
    add("grey16.png", encoded(small.convert("L").convert("I").point(lambda v: v * 257).convert("I;16"), "PNG"),
        small.convert("L").convert("RGB"))
    add("rgb16.png", png16(small), small)
    opacity = Image.linear_gradient("L").resize(small.size)
    clear = small.copy()
    clear.putalpha(opacity)
    white = Image.new("RGB", small.size, "white")
    add("rgba.png", encoded(clear, "PNG"), Image.composite(small, white, opacity))
    add("grey_alpha.png", encoded(clear.convert("LA"), "PNG"),
        Image.composite(small.convert("L").convert("RGB"), white, opacity))
    red, green, blue = small.split()
    exchanged = Image.merge("RGB", (green, red, blue))
    add("profile.png", encoded(small, "PNG", icc_profile=exchanged_profile()), exchanged)
    add("profile_alpha16.png", png16(clear, exchanged_profile()), Image.composite(exchanged, white, opacity))
    data = encoded(small, "JPEG", quality=95, subsampling=0, icc_profile=exchanged_profile())
    red, green, blue = decoded(data).split()
    add("profile.jpg", data, Image.merge("RGB", (green, red, blue)))
    frames = [small.quantize(32), ImageOps.invert(small).quantize(32)]
    add("animated.gif", encoded(frames[0], "GIF", save_all=True, append_images=frames[1:], duration=50))
    frames = [small, ImageOps.invert(small)]
    add("animated.webp", encoded(small, "WEBP", save_all=True, append_images=frames[1:], lossless=True), small)
    add("plain.webp", encoded(small, "WEBP", lossless=True), small)
    add("lzw.tiff", encoded(small, "TIFF", compression="tiff_lzw"))
    add("one.png", encoded(Image.new("RGB", (1, 1), (10, 20, 30)), "PNG"))
    for name in ("flat.heic", "flat.avif"):
        files[name] = heif(name), Image.new("RGB", (32, 24), (200, 100, 50))
    return files


def heif(name):
    """A picture of one colour, by libvips' command: Pillow writes no HEIF."""
    with tempfile.TemporaryDirectory() as folder:
        source, target = f"{folder}/flat.png", f"{folder}/{name}"
        Image.new("RGB", (32, 24), (200, 100, 50)).save(source)
        codec = {"heic": "hevc", "avif": "av1"}[name.split(".")[1]]
        subprocess.run(["vips", "heifsave", source, target, "--compression", codec], check=True)
        return pathlib.Path(target).read_bytes()


def fits(picture):
    """The photo in each fit: torchvision's way on bytes, and Pillow's."""
    tensor = F.pil_to_tensor(picture)
    for name, size in (("squash", [33, 41]), ("enlarged", [80, 120]), ("short", 32), ("cropped", 40)):
        resized = F.resize(tensor, size, antialias=True)
        height, width = resized.shape[1:]
        pillow = F.pil_to_tensor(picture.resize((width, height), Image.BILINEAR))
        if name == "cropped":
            resized, pillow = F.center_crop(resized, 28), F.center_crop(pillow, 28)
        yield name, resized, pillow


def main():
    tensors = {}
    for name, (data, shows) in picture_files().items():
        tensors[f"file.{name}"] = torch.tensor(list(data), dtype=torch.uint8)
        tensors[f"pixels.{name}"] = F.pil_to_tensor(shows).permute(1, 2, 0)
    picture = photo(97, 67, 12, 3)
    tensors["photo"] = F.pil_to_tensor(picture).permute(1, 2, 0)
    for name, resized, pillow in fits(picture):
        tensors[f"resized.{name}"], tensors[f"pillow.{name}"] = resized.permute(1, 2, 0), pillow.permute(1, 2, 0)
        if name in ("squash", "cropped"):
            tensors[f"tensor.{name}"] = F.normalize(resized / 255, [0.485, 0.456, 0.406], [0.229, 0.224, 0.225])
    # Floats first: in safetensors files every tensor lies at a multiple of its element's size.
    write_safetensors(OUTPUT, dict(sorted(tensors.items(), key=lambda item: item[1].dtype == torch.uint8)))


if __name__ == "__main__":
    main()
