#!/usr/bin/env python3
"""Makes two files in Tests/ImageEncodingTests/Resources, for the tests of our detectors:

    detection.json              what torchvision's kernels and a small Faster R-CNN of torchvision's, and a small PyTorch
                                definition of bottom-up attention, make of the parameters and pictures of
                                `formula_weights.py`
    detection_parameters.json   names and shapes of the full-size models' parameters

With --photos it makes detection_photos.json as well: what the two small models make of some real photos, decoded by
Pillow. No pixel of a photo is stored.

It wants torchvision and NumPy, for example Debian's python3-torchvision (made with torch 1.13, torchvision 0.14).

Usage: python3 scripts/make_detection_goldens.py [--photos FOLDER]
"""

import argparse
import json
import math
import pathlib
import zlib

import numpy as np
import torch
import torchvision
from torch import nn
from torch.nn import functional as F
from torchvision.models.detection import FasterRCNN, fasterrcnn_resnet50_fpn
from torchvision.models.detection._utils import BoxCoder
from torchvision.models.detection.anchor_utils import AnchorGenerator
from torchvision.models.detection.backbone_utils import BackboneWithFPN
from torchvision.models.detection.faster_rcnn import FastRCNNPredictor, TwoMLPHead
from torchvision.models.detection.image_list import ImageList
from torchvision.models.resnet import Bottleneck
from torchvision.ops import batched_nms, nms, roi_align, roi_pool
from torchvision.ops.misc import FrozenBatchNorm2d

from formula_weights import parameter, picture, uniform

# Of Flickr8k: a standing one, an ordinary one, and one so wide that its long side decides the size.
PHOTOS = ["1000268201_693b08cb0e.jpg", "1022454332_6af2c1449a.jpg", "1240297429_c36ae0c58f.jpg"]

torch.manual_seed(0)
torch.set_num_threads(1)


def flat(tensor):
    return [float(f"{v:.7g}") for v in tensor.detach().reshape(-1).tolist()]


# ---- kernels ----


def some_boxes(name, count, width, height):
    u = uniform(name, [count, 4])
    x, y = (u[:, 0] + 1) / 2 * width, (u[:, 1] + 1) / 2 * height
    w, h = (u[:, 2] + 1.2) / 4 * width, (u[:, 3] + 1.2) / 4 * height
    # As the file will have them.
    return torch.tensor(flat(torch.stack([x - w / 2, y - h / 2, x + w / 2, y + h / 2], 1))).reshape(count, 4)


def kernels():
    boxes = some_boxes("boxes", 60, 30, 20)
    scores = uniform("scores", [60])
    groups = torch.tensor([i % 3 for i in range(60)])
    map_ = uniform("map", [1, 5, 10, 13])
    rois = some_boxes("rois", 9, 110, 90)
    batch = torch.cat([torch.zeros(9, 1), rois], 1)
    deltas = uniform("deltas", [60, 4]) * 3
    anchors = AnchorGenerator(((32,), (64,), (128,), (256,), (512,)), ((0.5, 1.0, 2.0),) * 5)
    maps = [torch.zeros(1, 1, h, w) for h, w in [(24, 32), (12, 16), (6, 8), (3, 4), (2, 2)]]
    every = anchors(ImageList(torch.zeros(1, 3, 96, 128), [(96, 120)]), maps)[0]
    return {
        "boxes": flat(boxes),
        "rois": flat(rois),
        "suppressed": nms(boxes, scores, 0.3).tolist(),
        "suppressedByGroup": batched_nms(boxes, scores, groups, 0.3).tolist(),
        "aligned": flat(roi_align(map_, batch, 3, 0.125, 2, False)),
        "alignedHalfPixel": flat(roi_align(map_, batch, 3, 0.125, 0, True)),
        "pooled": flat(roi_pool(map_, batch, 3, 0.125)),
        "decoded": flat(BoxCoder((10.0, 10.0, 5.0, 5.0)).decode_single(deltas, boxes)),
        "anchors": flat(every[::5]),
    }


# ---- regions, as the authors of bottom-up attention choose them ----


def plain_suppression(boxes, scores, threshold, inclusive):
    order = sorted(range(len(scores)), key=lambda i: (-scores[i], i))
    kept = []
    for i in order:
        free = True
        for j in kept:
            w = min(boxes[i][2], boxes[j][2]) - max(boxes[i][0], boxes[j][0]) + inclusive
            h = min(boxes[i][3], boxes[j][3]) - max(boxes[i][1], boxes[j][1]) + inclusive
            shared = max(w, 0) * max(h, 0)
            area = [(b[2] - b[0] + inclusive) * (b[3] - b[1] + inclusive) for b in (boxes[i], boxes[j])]
            ratio = shared / (sum(area) - shared)
            if ratio > threshold or (inclusive and ratio == threshold):
                free = False
                break
        if free:
            kept.append(i)
    return kept


def choose(boxes, probabilities, features, count, inclusive, fractions):
    confidence = np.zeros(len(boxes))
    plain = boxes.double().tolist()
    for label in range(1, probabilities.shape[1]):
        scores = probabilities[:, label].tolist()
        for i in plain_suppression(plain, scores, 0.3, inclusive):
            confidence[i] = max(confidence[i], scores[i])
    best = np.argsort(-confidence, kind="stable")[:count].tolist()
    own = probabilities[best, 1:]
    return {
        "confidence": [float(confidence[i]) for i in best],
        "boxes": flat(fractions(boxes[best]).clamp(0, 1)),
        "classes": (own.argmax(1) + 1).tolist(),
        "probabilities": flat(own.max(1).values),
        "features": flat(features[best]),
    }


# ---- torchvision's Faster R-CNN, made small ----

BLOCKS, WIDTH, CLASSES = [1, 2, 1, 1], 8, 7
# Variances of some layers' weights, by a part of the parameter's name; 2 for all others.
VARIANCES = [
    ("rpn.head.cls_logits", 0.16),
    ("rpn.head.bbox_pred", 0.0036),
    ("box_predictor.bbox_pred", 0.16),
    ("objectness_logits", 0.16),
    ("anchor_deltas", 0.0036),
    ("stem.conv1.weight", 0.0006),
    ("conv3", 0.5),
]


def fill(model):
    """Overwrites a module's parameters and buffers, but for counters."""
    for name, value in model.state_dict().items():
        if value.is_floating_point():
            variance = next((variance for part, variance in VARIANCES if part in name), 2)
            value.copy_(parameter(name, list(value.shape), variance))
    return model.eval()


def stages(block, inplanes):
    made = []
    for index, count in enumerate(BLOCKS):
        planes = WIDTH << index
        layer = [block(inplanes, planes, 1 if index == 0 else 2)]
        inplanes = planes * 4
        layer += [block(inplanes, planes, 1) for _ in range(count - 1)]
        made.append(nn.Sequential(*layer))
    return made


def torchvision_block(inplanes, planes, stride):
    shortcut = None
    if stride != 1 or inplanes != 4 * planes:
        shortcut = nn.Sequential(nn.Conv2d(inplanes, 4 * planes, 1, stride, bias=False), FrozenBatchNorm2d(4 * planes))
    return Bottleneck(inplanes, planes, stride, shortcut, norm_layer=FrozenBatchNorm2d)


class Body(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 7, 2, 3, bias=False)
        self.bn1 = FrozenBatchNorm2d(64)
        self.relu = nn.ReLU()
        self.maxpool = nn.MaxPool2d(3, 2, 1)
        self.layer1, self.layer2, self.layer3, self.layer4 = stages(torchvision_block, 64)


def small_faster_rcnn():
    widths = [WIDTH * 4 << i for i in range(4)]
    backbone = BackboneWithFPN(Body(), {f"layer{i + 1}": str(i) for i in range(4)}, widths, 16)
    model = FasterRCNN(
        backbone,
        min_size=96,
        max_size=160,
        box_head=TwoMLPHead(16 * 49, 32),
        box_predictor=FastRCNNPredictor(32, CLASSES),
    )
    return fill(model)


def centre(model, run):
    """Takes the mean logits of the first picture off the classifier's bias, else one class would win everywhere."""
    layer = model.roi_heads.box_predictor.cls_score
    seen = []
    hook = layer.register_forward_hook(lambda m, i, o: seen.append(o))
    run()
    hook.remove()
    layer.bias.data -= torch.cat(seen).mean(0).detach()
    layer.bias.data = torch.tensor(flat(layer.bias))
    return flat(layer.bias)


def formula_pictures():
    """Pairs of what a record says first, and pixels."""
    for width, height, kind in [(60, 45, 0), (33, 80, 1), (200, 150, 2)]:
        yield {"width": width, "height": height, "kind": kind}, picture(width, height, kind)


def photos(folder):
    from PIL import Image

    for name in PHOTOS:
        with Image.open(pathlib.Path(folder) / name) as photo:
            pixels = np.array(photo.convert("RGB"))
        yield {"name": name, "checksum": zlib.adler32(pixels.tobytes())}, pixels


def faster_rcnn(pictures):
    model = small_faster_rcnn()
    bias = centre(model, lambda: model([torch.from_numpy(picture(60, 45)).permute(2, 0, 1).float() / 255]))
    seen = {}
    model.rpn.register_forward_hook(lambda m, i, o: seen.update(proposals=o[0][0], size=i[0].image_sizes[0]))
    model.roi_heads.box_head.register_forward_hook(lambda m, i, o: seen.update(features=o))
    model.roi_heads.box_predictor.register_forward_hook(lambda m, i, o: seen.update(logits=o[0]))
    goldens = []
    for record, pixels in pictures:
        with torch.no_grad():
            found = model([torch.from_numpy(pixels).permute(2, 0, 1).float() / 255])[0]
        probabilities = seen["logits"].softmax(-1)
        h, w = seen["size"]
        regions = choose(
            seen["proposals"], probabilities, seen["features"], 12, 0, lambda b: b / torch.tensor([w, h, w, h])
        )
        print(*record.values(), len(seen["proposals"]), "proposals", len(found["scores"]), "detections",
              sorted(set(found["labels"].tolist())), found["scores"][[0, -1]].tolist(), regions["confidence"][::4])
        goldens.append(
            record
            | {
                "proposals": len(seen["proposals"]),
                "boxes": flat(found["boxes"]), "labels": found["labels"].tolist(), "scores": flat(found["scores"]),
                "regions": regions,
            }
        )
    return {"classBias": bias, "pictures": goldens}


# ---- bottom-up attention, made small ----


class Normed(nn.Conv2d):
    """A convolution that owns its norm, as detectron2 names them."""

    def __init__(self, *arguments, **named):
        super().__init__(*arguments, bias=False, **named)
        self.norm = nn.BatchNorm2d(self.out_channels)

    def forward(self, x):
        return self.norm(super().forward(x))


class CaffeBlock(nn.Module):
    def __init__(self, inplanes, planes, stride, dilation=1):
        super().__init__()
        self.shortcut = Normed(inplanes, 4 * planes, 1, stride) if inplanes != 4 * planes or stride != 1 else None
        self.conv1 = Normed(inplanes, planes, 1, stride)
        self.conv2 = Normed(planes, planes, 3, 1, dilation, dilation)
        self.conv3 = Normed(planes, 4 * planes, 1)

    def forward(self, x):
        y = self.conv3(self.conv2(self.conv1(x).relu()).relu())
        return (y + (x if self.shortcut is None else self.shortcut(x))).relu()


def caffe_anchors():
    """The cell of 16 pixels, as a rectangle of each ratio, in each scale; boxes count both end pixels."""
    rows = []
    for ratio in (0.5, 1, 2):
        w = np.round(math.sqrt(256 / ratio))
        h = np.round(w * ratio)
        for scale in (4, 8, 16, 32):
            rows.append([7.5 - (w * scale - 1) / 2, 7.5 - (h * scale - 1) / 2,
                         7.5 + (w * scale - 1) / 2, 7.5 + (h * scale - 1) / 2])
    return torch.tensor(rows, dtype=torch.float32)


class BottomUpAttention(nn.Module):
    def __init__(self, blocks, width, hidden, classes, attributes):
        super().__init__()
        self.backbone = nn.Module()
        self.backbone.stem = nn.Module()
        self.backbone.stem.conv1 = Normed(3, 64, 7, 2, 3)
        inplanes = 64
        for index in range(3):
            planes = width << index
            stage = [CaffeBlock(inplanes, planes, 1 if index == 0 else 2)]
            inplanes = 4 * planes
            stage += [CaffeBlock(inplanes, planes, 1) for _ in range(blocks[index] - 1)]
            setattr(self.backbone, f"res{index + 2}", nn.Sequential(*stage))
        self.proposal_generator = nn.Module()
        head = self.proposal_generator.rpn_head = nn.Module()
        head.conv = nn.Conv2d(inplanes, hidden, 3, 1, 1)
        head.objectness_logits = nn.Conv2d(hidden, 24, 1)
        head.anchor_deltas = nn.Conv2d(hidden, 48, 1)
        self.roi_heads = nn.Module()
        self.roi_heads.res5 = nn.Sequential(
            *[CaffeBlock(inplanes if i == 0 else 2 * inplanes, inplanes // 2, 1, 2) for i in range(blocks[3])]
        )
        predictor = self.roi_heads.box_predictor = nn.Module()
        predictor.cls_score = nn.Linear(2 * inplanes, classes)
        predictor.bbox_pred = nn.Linear(2 * inplanes, 4 * classes)
        if attributes:
            predictor.cls_embed = nn.Embedding(classes, 256)
            predictor.attr_linear1 = nn.Linear(2 * inplanes + 256, 512)
            predictor.attr_linear2 = nn.Linear(512, attributes)

    def forward(self, pixels, short, long, before, after):
        height, width = pixels.shape[:2]
        x = torch.from_numpy(pixels[:, :, ::-1].astype(np.float32)) - torch.tensor([102.9801, 115.9465, 122.7717])
        scale = short / min(height, width)
        if round(scale * max(height, width)) > long:
            scale = long / max(height, width)
        size = (round(height * scale), round(width * scale))
        x = torch.ops.aten.upsample_bilinear2d(x.permute(2, 0, 1)[None], size, False, scale, scale)
        x = F.max_pool2d(self.backbone.stem.conv1(x).relu(), 3, 2, 0, ceil_mode=True)
        for name in ("res2", "res3", "res4"):
            x = getattr(self.backbone, name)(x)
        boxes = self.propose(x, size, scale, before, after)
        cells = roi_pool(x, torch.cat([torch.zeros(len(boxes), 1), boxes], 1), 14, 1 / 16)
        features = self.roi_heads.res5(cells).mean((2, 3))
        return boxes, features, self.roi_heads.box_predictor.cls_score(features).softmax(-1), scale

    def propose(self, x, size, scale, before, after):
        head = self.proposal_generator.rpn_head
        hidden = head.conv(x).relu()
        rows, columns = x.shape[2:]
        score = head.objectness_logits(hidden).reshape(2, 12, rows, columns).softmax(0)[1].permute(1, 2, 0).reshape(-1)
        deltas = head.anchor_deltas(hidden)[0].permute(1, 2, 0).reshape(-1, 4)
        y, x = torch.meshgrid(torch.arange(rows) * 16, torch.arange(columns) * 16, indexing="ij")
        shift = torch.stack([x, y, x, y], -1).reshape(-1, 1, 4).float()
        anchors = (shift + caffe_anchors()).reshape(-1, 4)
        w, h = anchors[:, 2] - anchors[:, 0] + 1, anchors[:, 3] - anchors[:, 1] + 1
        cx, cy = anchors[:, 0] + w / 2 + deltas[:, 0] * w, anchors[:, 1] + h / 2 + deltas[:, 1] * h
        w, h = w * deltas[:, 2].exp(), h * deltas[:, 3].exp()
        boxes = torch.stack([cx - w / 2, cy - h / 2, cx + w / 2, cy + h / 2], 1)
        boxes[:, 0::2] = boxes[:, 0::2].clamp(0, size[1] - 1)
        boxes[:, 1::2] = boxes[:, 1::2].clamp(0, size[0] - 1)
        sides = boxes[:, 2:] - boxes[:, :2] + 1
        keep = (sides >= 16 * scale).all(1)
        boxes, score = boxes[keep], score[keep]
        order = score.argsort(descending=True, stable=True)[:before]
        boxes, score = boxes[order], score[order]
        kept = plain_suppression(boxes.double().tolist(), score.tolist(), 0.7, 1)[:after]
        return boxes[kept]


def bottom_up_attention(pictures):
    model = fill(BottomUpAttention([1, 2, 1, 2], 8, 16, 20, 0))
    with torch.no_grad():
        bias = centre(model, lambda: model(picture(60, 45), 128, 200, 400, 40))
    goldens = []
    for record, pixels in pictures:
        height, width = pixels.shape[:2]
        with torch.no_grad():
            boxes, features, probabilities, scale = model(pixels, 128, 200, 400, 40)
        regions = choose(
            boxes, probabilities, features, 10, 1,
            lambda b: b / scale / torch.tensor([width, height, width, height]),
        )
        print(*record.values(), len(boxes), "proposals", regions["confidence"][::3], regions["classes"])
        goldens.append(record | {"proposals": len(boxes), "regions": regions})
    return {"classBias": bias, "pictures": goldens}


def shapes(model):
    return {name: list(tensor.shape) for name, tensor in model.state_dict().items()}


def summarised(detector):
    """Numbers of a detector's pictures, with the features of a region as their norm and eight of them."""
    for golden in detector["pictures"]:
        regions = golden["regions"]
        features = torch.tensor(regions.pop("features")).reshape(len(regions["classes"]), -1)
        del regions["confidence"]
        regions["norms"] = flat(features.norm(dim=1))
        regions["someFeatures"] = flat(features[:, :: features.shape[1] // 8])
    return detector["pictures"]


def write(name, value):
    folder = pathlib.Path(__file__).parent.parent / "Tests/ImageEncodingTests/Resources"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(json.dumps(value, separators=(",", ":")))


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--photos", help="the folder of Flickr8k's photos")
    arguments = parser.parse_args()
    write("detection.json", {
        "kernels": kernels(), "fasterRCNN": faster_rcnn(formula_pictures()),
        "bottomUpAttention": bottom_up_attention(formula_pictures()),
    })
    write("detection_parameters.json", {
        "fasterRCNN": shapes(fasterrcnn_resnet50_fpn(weights=None, weights_backbone=None)),
        "bottomUpAttention": shapes(BottomUpAttention([3, 4, 23, 3], 64, 512, 1601, 401)),
    })
    if arguments.photos:
        write("detection_photos.json", {
            "fasterRCNN": summarised(faster_rcnn(photos(arguments.photos))),
            "bottomUpAttention": summarised(bottom_up_attention(photos(arguments.photos))),
        })
