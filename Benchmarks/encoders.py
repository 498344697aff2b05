#!/usr/bin/env python3
"""CLIPs and SigLIPs of published sizes with random weights to time `ascl-bench encoders` on, and the same work done by
`transformers` in eager PyTorch.

  weights  writes the Hugging Face folder of a --model: clip (ViT-B/32) or siglip2 (base, patches of 32, 256 pixels)
  encode   times the --folder's two towers on --batch pictures and texts that are in memory already

A CLIP's texts are padded to the longest of the batch, a SigLIP's to all its places, as their processors do it. After one
pass that is not counted the fastest of --repeat counts. Wants `transformers`.
"""
import argparse
import json
import pathlib
import resource
import time
import warnings

# Nothing here uses NumPy, and the pinned torch comes without it.
warnings.filterwarnings("ignore", message="Failed to initialize NumPy")

import torch
from transformers import AutoModel, CLIPConfig, CLIPModel, SiglipConfig, SiglipModel, logging

logging.set_verbosity_error()
logging.disable_progress_bar()
MODELS = {
    "clip": lambda: CLIPModel(CLIPConfig()),
    "siglip2": lambda: SiglipModel(SiglipConfig(text_config={"vocab_size": 256_000},
                                                vision_config={"image_size": 256, "patch_size": 32})),
}


def weights(options):
    torch.manual_seed(0)
    MODELS[options.model]().save_pretrained(options.folder)
    return {}


def fastest(body, repeat):
    body()
    best = float("inf")
    for _ in range(repeat):
        start = time.perf_counter()
        body()
        best = min(best, time.perf_counter() - start)
    return best


def texts(model, options):
    """Ids and mask, ragged as in `ascl-bench encoders`."""
    configuration = model.config.text_config
    if model.config.model_type == "siglip":
        ids = torch.randint(2, configuration.vocab_size, (options.batch, configuration.max_position_embeddings))
        return {"input_ids": ids}
    lengths = [options.words - 4 + 7 * text % 9 for text in range(options.batch)]
    end = configuration.vocab_size - 1
    ids = torch.full((options.batch, max(lengths)), end)
    for row, length in zip(ids, lengths):
        row[:length - 1] = torch.randint(2, end, (length - 1,))
    places = torch.arange(max(lengths))
    return {"input_ids": ids, "attention_mask": (places < torch.tensor(lengths)[:, None]).long()}


def encode(options):
    torch.set_num_threads(options.threads)
    model = AutoModel.from_pretrained(options.folder, dtype=getattr(torch, options.type)).eval()
    size = model.config.vision_config.image_size
    pixels = torch.randn(options.batch, 3, size, size, dtype=model.dtype)
    tokens = texts(model, options)
    with torch.inference_mode():
        pictures = fastest(lambda: model.get_image_features(pixel_values=pixels), options.repeat)
        sentences = fastest(lambda: model.get_text_features(**tokens), options.repeat)
    return {"pictures_per_second": options.batch / pictures, "texts_per_second": options.batch / sentences}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(required=True)

    def command(body, **arguments):
        own = commands.add_parser(body.__name__)
        own.set_defaults(body=body)
        own.add_argument("--threads", type=int, required=True)
        own.add_argument("--folder", type=pathlib.Path, required=True)
        for name, kind in arguments.items():
            own.add_argument(f"--{name}", type=kind, required=True)

    command(weights, model=str)
    command(encode, batch=int, words=int, repeat=int, type=str)
    options = parser.parse_args()
    result = options.body(options)
    result["peak_memory_bytes"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps(result))


if __name__ == "__main__":
    main()
