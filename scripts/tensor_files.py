"""Reads and writes safetensors files for the scripts beside this one, by any PyTorch, with or without NumPy.

The format is a length, a JSON header and the bytes: too little to need a package.
"""
import ctypes
import json
import os
import pathlib
import struct

import torch

TYPES = {"F16": torch.float16, "F32": torch.float32, "I64": torch.int64, "U8": torch.uint8}


def read_safetensors(path):
    """The tensors by name, and the metadata."""
    data = pathlib.Path(path).read_bytes()
    start = 8 + struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8:start])
    metadata = header.pop("__metadata__", {})
    tensors = {}
    for name, entry in header.items():
        begin, end = (start + offset for offset in entry["data_offsets"])
        values = torch.frombuffer(bytearray(data[begin:end]), dtype=TYPES[entry["dtype"]])
        tensors[name] = values.reshape(entry["shape"])
    return tensors, metadata


def raw_bytes(tensor):
    tensor = tensor.detach().contiguous()
    return ctypes.string_at(tensor.data_ptr(), tensor.numel() * tensor.element_size())


def write_safetensors(path, tensors, metadata=None):
    """Writes the tensors in the order of `tensors`: larger elements first, since each has to lie at a multiple of its
    elements' size."""
    names = {dtype: name for name, dtype in TYPES.items()}
    header, chunks, offset = {"__metadata__": metadata} if metadata else {}, [], 0
    for name, tensor in tensors.items():
        data = raw_bytes(tensor)
        header[name] = {"dtype": names[tensor.dtype], "shape": list(tensor.shape),
                        "data_offsets": [offset, offset + len(data)]}
        chunks.append(data)
        offset += len(data)
    encoded = json.dumps(header, separators=(",", ":")).encode()
    encoded += b" " * (-len(encoded) % 8)
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    partial.write_bytes(struct.pack("<Q", len(encoded)) + encoded + b"".join(chunks))
    os.replace(partial, path)
    print(f"wrote {path.name}: {len(tensors)} tensors, {path.stat().st_size} bytes")
