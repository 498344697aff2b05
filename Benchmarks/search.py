#!/usr/bin/env python3
"""Times an exact search in PyTorch: queries times all vectors in float32, and torch.topk of the products.

Vectors are random unit vectors, as many as `ascl-bench search` has in its store. One pass warms up, then the medians and
the 95th percentiles of --queries single queries and of their batches of 8 are told.
"""
import argparse
import json
import resource
import time
import warnings

# Nothing here uses NumPy, and the pinned torch comes without it.
warnings.filterwarnings("ignore", message="Failed to initialize NumPy")

import torch
import torch.nn.functional as F

from peers import whole

CHUNK = 50_000  # of vectors made at once: as few copies as can be


def times(items, queries, top, batch):
    def search(start):
        return torch.topk(queries[start:start + batch] @ items.T, min(top, len(items)), dim=1)

    search(0)
    passes = []
    for start in range(0, len(queries), batch):
        begin = time.perf_counter()
        search(start)
        passes.append(time.perf_counter() - begin)
    passes.sort()
    return {"p50_seconds": passes[len(passes) // 2], "p95_seconds": passes[min(len(passes) - 1, len(passes) * 95 // 100)]}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, default in {"items": 100_000, "dimension": 256, "queries": 200, "top": 10, "threads": 2}.items():
        parser.add_argument(f"--{name}", type=whole, default=default)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(0)
    items = torch.empty(options.items, options.dimension)
    for chunk in items.split(CHUNK):
        chunk.copy_(F.normalize(torch.randn(chunk.shape), dim=1))
    queries = F.normalize(torch.randn(options.queries, options.dimension), dim=1)
    with torch.inference_mode():
        result = {"what": "search", "items": options.items, "dimension": options.dimension, "threads": options.threads,
                  "single": times(items, queries, options.top, 1), "batch_of_8": times(items, queries, options.top, 8),
                  "peak_memory_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024}
    if options.json:
        print(json.dumps(result))
    else:
        for name in ("single", "batch_of_8"):
            print(name, *(f"{part.split('_')[0]} {seconds * 1e3:.2f} ms" for part, seconds in result[name].items()))


if __name__ == "__main__":
    main()
