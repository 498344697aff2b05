#!/usr/bin/env python3
"""Times SCAN's score in PyTorch as an evaluation loop has it: caption by caption, its words attend to the regions of all
images, attended vectors are formed, and their cosines with the words are pooled by LogSumExp (section 3.1 of "Stacked
Cross Attention for Image-Text Matching", t2i).

Values are random, of the shapes that `ascl-bench scan` makes. One pass warms up, then the fastest of --repeat counts.
"""
import argparse
import json
import resource
import warnings

# Nothing here uses NumPy, and the pinned torch comes without it.
warnings.filterwarnings("ignore", message="Failed to initialize NumPy")

import torch
import torch.nn.functional as F

from peers import fastest_seconds, lengths, whole

ATTENTION, POOLING, SLOPE = 9.0, 6.0, 0.1


def scores_of(words, regions):
    """A caption's unit words [n, D] with the unit regions [N, K, D] of all images: S [N]."""
    relevance = F.leaky_relu(regions @ words.T, SLOPE)  # [N, K, n]
    relevance = F.normalize(relevance, dim=2)  # over the words, before they compete for regions
    weights = F.softmax(ATTENTION * relevance, dim=1)  # over the regions
    attended = weights.transpose(1, 2) @ regions  # [N, n, D]
    cosines = F.cosine_similarity(attended, words, dim=2)
    return torch.logsumexp(POOLING * cosines, dim=1) / POOLING


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, default in {"dimension": 1024, "regions": 36, "words": 13, "images": 512, "captions": 64, "threads": 2,
                          "repeat": 3}.items():
        parser.add_argument(f"--{name}", type=whole, default=default)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(0)
    regions = F.normalize(torch.randn(options.images, options.regions, options.dimension), dim=2)
    captions = [F.normalize(torch.randn(int(count), options.dimension), dim=1)
                for count in lengths(options.captions, options.words)]

    def work():
        with torch.inference_mode():
            return torch.stack([scores_of(words, regions) for words in captions], 1)

    seconds, pairs = fastest_seconds(work, options.repeat), options.images * options.captions
    result = {"what": "scan", "pairs": pairs, "threads": options.threads, "seconds": seconds,
              "pairs_per_second": pairs / seconds,
              "peak_memory_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024}
    print(json.dumps(result) if options.json else f"{result['pairs_per_second']:,.0f} pairs/s, {seconds:.3f} s")


if __name__ == "__main__":
    main()
