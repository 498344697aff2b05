#!/usr/bin/env python3
"""Makes Tests/FeatureImportTests/Resources: folders of a file an image, as numpy writes them and people publish them.

    python3 scripts/make_published_arrays.py    (with numpy, h5py, lmdb, msgpack and msgpack_numpy)

Region r of picture i is [i + r/10, i + r/10 + 0.01, i + r/10 + 0.02], as in the tests' Published.features.
"""
import base64
import io
import pathlib
import pickle
import zipfile
from collections import OrderedDict

import h5py
import lmdb
import msgpack
import msgpack_numpy
import numpy as np

ROOT = pathlib.Path(__file__).resolve().parent.parent / "Tests/FeatureImportTests/Resources"


def features(image, count):
    """float32 [count, 3]."""
    rows = np.arange(count, dtype=np.float64)[:, None] / 10 + np.arange(3) / 100
    return (image + rows).astype(np.float32)


def folder(name):
    (ROOT / name).mkdir(parents=True, exist_ok=True)
    return ROOT / name


for image in (3, 5, 7, 9):
    # A published folder of regions, compressed, and its folder of vectors.
    np.savez_compressed(folder("att") / f"{image}.npz", feat=features(image, 2))
    np.save(folder("fc") / f"{image}.npy", np.array([image, -image, 0.5, 1], dtype=np.float32))
    # numpy's habits: float64, and the order of a transposed array.
    np.save(folder("fortran") / f"{image}.npy", np.asfortranarray(features(image, 2).astype(np.float64)))
    # Maps of a grid, one of them big enough for its header to be far from its end.
    np.save(folder("grid") / f"p_{image}.jpg.npy", np.ascontiguousarray(features(image, 4).reshape(2, 2, 3)))

for image, confidences in ((7, [0.5, 0.25, 0.75]), (3, [0.5, 0.5, 0.5, 0.5])):
    # As UNITER publishes: boxes as fractions with width, height and area behind them, and what nobody needs here.
    count = len(confidences)
    boxes = np.tile(np.array([0.125, 0.25, 0.5, 0.75, 0.375, 0.5, 0.1875], np.float16), (count, 1))
    np.savez_compressed(
        folder("uniter") / f"coco_val2014_{image:012d}.npz", features=features(image, count).astype(np.float16),
        norm_bb=boxes, conf=np.array(confidences, np.float16), soft_labels=np.zeros((count, 1601), np.float16))

# As a common extractor saves: boxes in pixels with the picture's size, and a pickled dictionary, which is left alone.
np.savez_compressed(
    folder("bua") / "p_7.npz", x=features(7, 2), bbox=np.array([[0, 10, 100, 50], [20, 0, 200, 100]], np.float32),
    num_bbox=2, image_h=100, image_w=200, info={"image_id": "p_7"})
# np.savez without names and without compression.
np.savez(folder("plain") / "7.npz", features(7, 2))

# HDF5, as code of visual question answering has it: all images' regions in one array, and of 10 to 100 regions an image.
with h5py.File(folder("hdf5") / "fixed.h5", "w") as file:
    images = (3, 5, 7, 9)
    file["image_id"] = np.array(images)
    # Three rows an image, the last of which pads.
    padded = np.stack([np.concatenate([features(image, 2), np.zeros((1, 3), np.float32)]) for image in images])
    file.create_dataset("features", data=padded, compression="gzip", chunks=(2, 3, 3))
    file["num_boxes"] = np.array([2, 2, 2, 2], np.int32)
    file["spatial_features"] = np.tile(np.array([0.125, 0.25, 0.5, 0.75, 0.375, 0.5], np.float32), (4, 3, 1))
with h5py.File(folder("hdf5") / "adaptive.hdf5", "w") as file:
    file["image_id"] = np.array([b"p_7.jpg", b"p_3.jpg"])
    file["image_features"] = np.concatenate([features(7, 2), features(3, 4)]).astype(np.float64)
    file["image_bb"] = np.zeros((6, 4), np.float32)
    file["pos_boxes"] = np.array([[0, 2], [2, 6]], np.int32)
# And as captioning's code has it: a dataset an image.
with h5py.File(folder("hdf5") / "detections.hdf5", "w") as file:
    for image in (7, 3):
        file[f"{image}_features"] = features(image, 2)
        file[f"{image}_boxes"] = np.zeros((2, 4), np.float32)
        file[f"{image}_cls_prob"] = np.zeros((2, 5), np.float32)
with h5py.File(folder("hdf5") / "nameless.h5", "w") as file:
    file["image_features"] = features(7, 2)[None]

# A table as it is downloaded: deflated, in a folder of the zip file.
def line(image):
    boxes = np.array([[0, 10, 100, 50], [1, 10, 100, 50]], np.float32)
    columns = [str(image), "200", "100", "2"] + [base64.b64encode(a.tobytes()).decode() for a in (boxes, features(image, 2))]
    return "\t".join(columns) + "\r\n"


for name, compression in (("deflated", zipfile.ZIP_DEFLATED), ("stored", zipfile.ZIP_STORED)):
    with zipfile.ZipFile(folder("zip") / f"{name}.zip", "w", compression) as archive:
        archive.writestr("trainval_36/", "")
        archive.writestr("trainval_36/a.tsv", line(3) + line(7))
        archive.writestr("trainval_36/b.tsv", (line(9) + line(5)).rstrip())


# LMDB: keys are images, values what a folder's file would hold, or pickled dictionaries.
def saved(save, *arrays, **named):
    """What np.save or np.savez writes."""
    with io.BytesIO() as file:
        save(file, *arrays, **named)
        return file.getvalue()


def database(name, values, subdir=False):
    """Makes an LMDB anew, in two transactions, so that both of its meta pages count once."""
    path = folder("lmdb") / name
    for file in [path / "data.mdb", path / "lock.mdb"] if subdir else [path]:
        file.unlink(missing_ok=True)
    with lmdb.open(str(path), map_size=1 << 24, subdir=subdir, lock=False) as environment:
        for part in (values[::2], values[1::2]):
            with environment.begin(write=True) as transaction:
                for key, value in part:
                    transaction.put(key.encode(), value)


IMAGES = (3, 5, 7, 9)
BOXES = np.array([[0, 10, 100, 50], [1, 10, 100, 50]], np.float32)

# As the captioning code of many has it, with the keys that lmdbdict adds.
database("att.lmdb", [(str(i), saved(np.savez_compressed, feat=features(i, 2))) for i in IMAGES]
         + [("__keys__", pickle.dumps({str(i) for i in IMAGES})), ("__value_loads__", pickle.dumps("identity"))])
database("fc.lmdb", [(str(i), saved(np.save, np.array([i, -i, 0.5, 1], np.float32))) for i in IMAGES])


# As ViLBERT's code has it: the rows of a table, all columns texts, of an older Python and of a newer.
def row(image):
    return [("image_id", str(image)), ("image_w", "200"), ("image_h", "100"), ("num_boxes", "2"),
            ("boxes", base64.b64encode(BOXES.tobytes()).decode()),
            ("features", base64.b64encode(features(image, 2).tobytes()).decode())]


def listed(values):
    return values + [("keys", pickle.dumps([key.encode() for key, _ in values]))]


database("vilbert.lmdb", listed([(str(i), pickle.dumps(OrderedDict(row(i)) if i == 3 else dict(row(i)), protocol=2 + i % 3))
                                 for i in IMAGES]), subdir=True)

# And as its successors have it: arrays, by every protocol that pickles them whole.
def item(image):
    values = features(image, 2)
    return {"image_id": f"p_{image}", "image_h": np.int64(100), "image_w": 200, "num_boxes": 2, "boxes": BOXES.astype(np.float64),
            "features": {3: values, 5: values.reshape(-1), 7: np.asfortranarray(values)}.get(
                image, np.concatenate([values, np.zeros((1, 3), np.float32)])),
            "objects": [{"class": "cat"}, np.array([None])], "cls_prob": None}


database("arrays.lmdb", listed([(f"p_{i}", pickle.dumps(item(i), protocol=p)) for i, p in zip(IMAGES, (3, 4, 5, 4))]), subdir=True)

# More images than a page holds, one of them too large for it.
database("deep.lmdb", [(str(i), saved(np.save, features(i, 200 if i == 7 else 2))) for i in range(40)])

# Not read: msgpack.
database("msgpack.lmdb", [("7.npz", msgpack.packb({"features": features(7, 2)}, default=msgpack_numpy.encode))])
