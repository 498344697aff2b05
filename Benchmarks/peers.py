#!/usr/bin/env python3
"""Times AsCL written in PyTorch, on the input that `ascl-bench` makes too (same shapes, random values).

  forward  S [N, N] without gradients; what a form keeps of each item is made beforehand
  step     one whole training step: projections, S of N images with the captions T, T-, T+ and T+-, the loss, gradients,
           their clipping and Adam
  agree    no timing: the three forms' scores and gradients compared on a small input; exits 1 when they differ

One pass warms up, then the fastest of --repeat passes counts, for a slow one tells of the machine. --captions n keeps
`modules` from running for minutes: forward then scores n captions only, and a step's time is the line through n/2 and n
captions, extended to N. bf16 is PyTorch's autocast: products in bfloat16, the rest as it chooses.
"""
import argparse
import json
import resource
import sys
import time
import warnings

# Nothing here uses NumPy, and the pinned torch comes without it.
warnings.filterwarnings("ignore", message="Failed to initialize NumPy")

import torch
import torch.nn.functional as F
from torch.utils.flop_counter import FlopCounterMode

from pair_scores import FORMS, modules

REGION_DIMENSION, GLOBAL_DIMENSION, TEXT_DIMENSION = 2048, 2048, 768
LOCAL_WEIGHT, TEMPERATURE, LEARNING_RATE, CLIP_NORM = 0.8, 0.05, 5e-4, 2.0
CAPTION_KINDS = 4  # T, T-, T+, T+-
PRECISIONS = {"fp32": torch.float32, "bf16": torch.bfloat16}
AGREEMENT = {"fp32": 1e-4, "bf16": 5e-2}  # what `agree` allows

# Module by module, the activations of all pairs would take some hundred megabytes a caption. Beyond this much, each
# caption is computed again in its backward pass.
KEPT_ACTIVATIONS = 6 << 30


def lengths(captions, words):
    """Ragged: `words` on average, from four fewer to four more (at least one)."""
    return torch.tensor([max(1, words - 4 + 7 * index % 9) for index in range(captions)])


def make_weights(dimension):
    """Random weights under their names in a checkpoint, PyTorch's own scale."""
    shapes = {"image.region.weight": REGION_DIMENSION, "image.global.weight": GLOBAL_DIMENSION,
              "text.projection.weight": TEXT_DIMENSION}
    shapes |= {f"fusion.{direction}.{part}.weight": dimension for direction in ("image_to_text", "text_to_image")
               for part in ("query", "key_value", "output")}
    shapes |= {f"fusion.global.{part}.weight": dimension for part in ("text", "attended_image", "image")}
    weights = {name: torch.randn(dimension, inputs) / inputs**0.5 for name, inputs in shapes.items()}
    weights |= {name.replace("weight", "bias"): torch.zeros(dimension) for name in list(shapes)[:3]}
    return {name: weight.requires_grad_() for name, weight in weights.items()}


def project(x, weights, name):
    return F.linear(x, weights[f"{name}.weight"], weights[f"{name}.bias"])


def contrastive_loss(positive, negative, temperature):
    """L_I of equations 3 to 5 for S [images, n] and S- [images, n]; caption i belongs to image i, of n <= images."""
    captions = positive.shape[1]
    own = positive.diagonal() / temperature
    over_images = torch.logsumexp(positive / temperature, 0)
    # A generated negative that scores above its positive is left out of the sum; no gradient flows through the choice.
    kept = negative[:captions].detach() <= positive.diagonal().detach()[:, None]
    noisy = (negative[:captions] / temperature).masked_fill(~kept, -torch.inf)
    over_captions = torch.logsumexp(torch.cat([positive[:captions] / temperature, noisy], 1), 1)
    return (over_images + over_captions - 2 * own).mean()


class Peer:
    def __init__(self, form, precision, dimension, batch, heads, regions, words):
        torch.manual_seed(0)
        self.form, self.precision, self.heads = FORMS[form], PRECISIONS[precision], heads
        self.weights = make_weights(dimension)
        self.optimizer = torch.optim.Adam(self.weights.values(), lr=LEARNING_RATE, fused=True)
        count = lengths(batch, words)
        self.mask = torch.arange(int(count.max())) < count[:, None]
        self.regions = torch.randn(batch, regions, REGION_DIMENSION)
        self.globals = torch.randn(batch, GLOBAL_DIMENSION)
        self.words = torch.randn(CAPTION_KINDS, batch, self.mask.shape[1], TEXT_DIMENSION)
        self.bytes_per_caption = CAPTION_KINDS * batch * 4 * dimension * 10 * (regions + words)

    def recomputes(self, captions):
        return self.form is modules and self.bytes_per_caption * captions > KEPT_ACTIVATIONS

    def autocast(self):
        return torch.autocast("cpu", torch.bfloat16, enabled=self.precision is torch.bfloat16)

    def scorer(self, v, g, w, mask, **options):
        return self.form(v, g, w, mask, self.weights, self.heads, LOCAL_WEIGHT, **options)

    def images(self):
        return project(self.regions, self.weights, "image.region"), project(self.globals, self.weights, "image.global")

    def prepare_forward(self, captions):
        """What is timed, with the tables of all items made beforehand."""
        with torch.inference_mode(), self.autocast():
            (v, g), w = self.images(), project(self.words[0, :captions], self.weights, "text.projection")
            scores = self.scorer(v, g, w, self.mask[:captions])

        def forward():
            with torch.inference_mode(), self.autocast():
                return scores()

        return forward

    def loss(self, captions):
        v, g = self.images()
        mask = self.mask[:captions]
        words = project(self.words[:, :captions], self.weights, "text.projection")
        if self.form is modules:
            options = {"recompute": self.recomputes(captions)}
            scores = [self.scorer(v, g, words[kind], mask, **options)().float() for kind in range(CAPTION_KINDS)]
        else:
            # All captions at once: the images' tables are made once a step.
            every = self.scorer(v, g, words.flatten(0, 1), mask.repeat(CAPTION_KINDS, 1))
            scores = every().float().split(captions, 1)
        first = contrastive_loss(scores[0], scores[1], TEMPERATURE)
        return (first + contrastive_loss(scores[2], scores[3], TEMPERATURE)) / 2

    def prepare_step(self, captions):
        def step():
            self.optimizer.zero_grad(set_to_none=True)
            with self.autocast():
                loss = self.loss(captions)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(self.weights.values(), CLIP_NORM)
            self.optimizer.step()

        return step


def multiply_adds(work):
    """Of its matrix products, gradients' included."""
    with FlopCounterMode(display=False) as counter:
        work()
    return counter.get_total_flops() / 2


def fastest_seconds(work, repeat):
    work()
    passes = []
    for _ in range(repeat):
        start = time.perf_counter()
        work()
        passes.append(time.perf_counter() - start)
    return min(passes)


def matmul_rate(dtype):
    """Multiply-adds a second of this machine's matrix product."""

    def rate(size):
        a, b = torch.randn(2, size, size).to(dtype)
        return size**3 / fastest_seconds(lambda: a @ b, 3)

    # A machine without instructions for bfloat16 may take half a minute for a large product.
    small = rate(256)
    return rate(2048) if 2048**3 / small < 2 else small


def measure(options):
    shape = {name: getattr(options, name) for name in ("dimension", "batch", "heads", "regions", "words")}
    peer = Peer(options.form, options.precision, **shape)
    captions = options.captions or options.batch
    result = {"what": options.what, "form": options.form, "precision": options.precision, **shape,
              "threads": options.threads, "captions_timed": captions}
    if options.what == "forward":
        pairs, forward = options.batch * captions, peer.prepare_forward(captions)
        result["multiply_adds_per_pair"] = multiply_adds(forward) / pairs
        seconds = fastest_seconds(forward, options.repeat)
    else:
        pairs = CAPTION_KINDS * options.batch**2
        result["recomputed"] = peer.recomputes(captions)
        step = peer.prepare_step(captions)
        result["multiply_adds"], seconds = multiply_adds(step), fastest_seconds(step, options.repeat)
        if captions < options.batch:
            step = peer.prepare_step(captions // 2)
            extended = lambda some, half: some + (some - half) / (captions - captions // 2) * (options.batch - captions)
            result["multiply_adds"] = extended(result["multiply_adds"], multiply_adds(step))
            seconds = extended(seconds, fastest_seconds(step, options.repeat))
    return result | {"seconds": seconds, "pairs": pairs, "pairs_per_second": pairs / seconds,
                     "peak_memory_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
                     "matmul_multiply_adds_per_second": matmul_rate(torch.float32),
                     "bf16_matmul_multiply_adds_per_second": matmul_rate(torch.bfloat16)}


def agree(precision):
    """The largest difference of the forms at this precision from `modules` at fp32, in losses, and in gradients
    relative to each gradient's norm."""

    def derived(form, precision):
        peer = Peer(form, precision, dimension=32, batch=6, heads=4, regions=5, words=6)
        with peer.autocast():
            loss = peer.loss(6)
        return loss.detach(), torch.autograd.grad(loss, list(peer.weights.values()))

    loss, gradients = derived("modules", "fp32")
    differences = []
    for form in FORMS:
        other, others = derived(form, precision)
        differences += [(other - loss).abs(), *((a - b).norm() / b.norm() for a, b in zip(others, gradients))]
    return float(torch.stack(differences).max())


def whole(text):
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"expected a number of at least 1, found {text}")
    return number


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--form", choices=FORMS, default="algebra")
    parser.add_argument("--precision", choices=PRECISIONS, default="fp32")
    parser.add_argument("--what", choices=["forward", "step", "agree"], default="step")
    for name, default in {"dimension": 1024, "batch": 64, "heads": 8, "regions": 36, "words": 13, "threads": 2,
                          "repeat": 3}.items():
        parser.add_argument(f"--{name}", type=whole, default=default)
    parser.add_argument("--captions", type=whole, help="time only so many captions")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    if options.dimension % options.heads != 0:
        parser.error(f"--heads: expected a divisor of --dimension {options.dimension}, found {options.heads}")
    if options.captions is not None and not 2 <= options.captions <= options.batch:
        parser.error(f"--captions: expected 2 to --batch {options.batch}, found {options.captions}")
    torch.set_num_threads(options.threads)

    if options.what == "agree":
        difference = agree(options.precision)
        print(f"the forms' losses and gradients differ by at most {difference:.1e}")
        sys.exit(not difference <= AGREEMENT[options.precision])  # NaN does not agree
    result = measure(options)
    if options.json:
        print(json.dumps(result))
    else:
        print(f"{options.form} {options.what}: {result['seconds']:.3f} s, {result['pairs_per_second']:,.0f} pairs/s")


if __name__ == "__main__":
    main()
