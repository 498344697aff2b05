#!/usr/bin/env python3
"""Times AsCL written in PyTorch, on the input that `ascl bench` makes too (same shapes, random values).

  forward  S [N, N] from projected features, without gradients
  step     one whole training step: projections, S of N images with the captions T, T-, T+ and T+-, the loss, gradients,
           their clipping and Adam
  agree    no timing: the three forms' scores and gradients compared on a small input; exits 1 when they differ

One pass warms up, then the fastest of --repeat passes counts, for
a slow one tells of the machine. With --captions n, times n/2 and n captions against all
images and extends the line through both to N, so that `modules` need not run for minutes.
"""
import argparse
import json
import sys
import time
import warnings

# Nothing here uses NumPy, and the pinned torch comes without it.
warnings.filterwarnings("ignore", message="Failed to initialize NumPy")

import torch
import torch.nn.functional as F

from pair_scores import FORMS, modules

REGION_DIMENSION, GLOBAL_DIMENSION, TEXT_DIMENSION = 2048, 2048, 768
LOCAL_WEIGHT, TEMPERATURE, LEARNING_RATE, CLIP_NORM = 0.8, 0.05, 5e-4, 2.0
CAPTION_KINDS = 4  # T, T-, T+, T+-

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
    def __init__(self, form, dimension, batch, heads, regions, words):
        torch.manual_seed(0)
        self.form, self.heads = FORMS[form], heads
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

    def scores(self, v, g, w, mask, **options):
        return self.form(v, g, w, mask, self.weights, self.heads, LOCAL_WEIGHT, **options)

    def images(self):
        return project(self.regions, self.weights, "image.region"), project(self.globals, self.weights, "image.global")

    def prepare_forward(self, captions):
        """What is timed, with the projections done beforehand."""
        with torch.inference_mode():
            (v, g), w = self.images(), project(self.words[0, :captions], self.weights, "text.projection")

        @torch.inference_mode()
        def forward():
            return self.scores(v, g, w, self.mask[:captions])

        return forward

    def loss(self, captions):
        v, g = self.images()
        mask = self.mask[:captions]
        words = project(self.words[:, :captions], self.weights, "text.projection")
        if self.form is modules:
            options = {"recompute": self.recomputes(captions)}
            scores = [self.scores(v, g, words[kind], mask, **options) for kind in range(CAPTION_KINDS)]
        else:
            # All captions at once: the images' tables are made once a step.
            every = self.scores(v, g, words.flatten(0, 1), mask.repeat(CAPTION_KINDS, 1))
            scores = every.split(captions, 1)
        first = contrastive_loss(scores[0], scores[1], TEMPERATURE)
        return (first + contrastive_loss(scores[2], scores[3], TEMPERATURE)) / 2

    def prepare_step(self, captions):
        def step():
            self.optimizer.zero_grad(set_to_none=True)
            self.loss(captions).backward()
            torch.nn.utils.clip_grad_norm_(self.weights.values(), CLIP_NORM)
            self.optimizer.step()

        return step


def fastest_seconds(work, repeat):
    work()
    passes = []
    for _ in range(repeat):
        start = time.perf_counter()
        work()
        passes.append(time.perf_counter() - start)
    return min(passes)


def measure(options):
    peer = Peer(options.form, options.dimension, options.batch, options.heads, options.regions, options.words)
    prepare = peer.prepare_step if options.what == "step" else peer.prepare_forward
    captions = options.captions or options.batch
    seconds = fastest_seconds(prepare(captions), options.repeat)
    if captions < options.batch:
        half = fastest_seconds(prepare(captions // 2), options.repeat)
        seconds += (seconds - half) / (captions - captions // 2) * (options.batch - captions)
    pairs = options.batch**2 * (CAPTION_KINDS if options.what == "step" else 1)
    return {"form": options.form, "what": options.what, "dimension": options.dimension, "batch": options.batch,
            "heads": options.heads, "regions": options.regions, "words": options.words, "threads": options.threads,
            "captions_timed": captions, "recomputed": options.what == "step" and peer.recomputes(captions),
            "seconds": seconds, "pairs": pairs, "pairs_per_second": pairs / seconds}


def agree():
    """The largest difference between the forms in scores, and in gradients relative to each gradient's norm."""
    losses, gradients, worst = [], [], 0.0
    for form in FORMS:
        peer = Peer(form, dimension=32, batch=6, heads=4, regions=5, words=6)
        loss = peer.loss(6)
        losses.append(loss.detach())
        gradients.append(torch.autograd.grad(loss, list(peer.weights.values())))
    for loss, gradient in zip(losses, gradients):
        worst = max(worst, float((loss - losses[0]).abs()))
        worst = max(worst, *(float((a - b).norm() / b.norm()) for a, b in zip(gradient, gradients[0])))
    return worst


def whole(text):
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"expected a number of at least 1, found {text}")
    return number


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--form", choices=FORMS, default="algebra")
    parser.add_argument("--what", choices=["forward", "step", "agree"], default="step")
    for name, default in {"dimension": 1024, "batch": 64, "heads": 8, "regions": 36, "words": 13, "threads": 2,
                          "repeat": 3}.items():
        parser.add_argument(f"--{name}", type=whole, default=default)
    parser.add_argument("--captions", type=whole, help="time only so many captions and extend to the batch")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    if options.dimension % options.heads != 0:
        parser.error(f"--heads: expected a divisor of --dimension {options.dimension}, found {options.heads}")
    if options.captions is not None and not 2 <= options.captions <= options.batch:
        parser.error(f"--captions: expected 2 to --batch {options.batch}, found {options.captions}")
    torch.set_num_threads(options.threads)

    if options.what == "agree":
        difference = agree()
        print(f"the forms' losses and gradients differ by at most {difference:.1e}")
        sys.exit(difference > 1e-4)
    result = measure(options)
    if options.json:
        print(json.dumps(result))
    else:
        print(f"{options.form} {options.what}: {result['seconds']:.3f} s, {result['pairs_per_second']:,.0f} pairs/s")


if __name__ == "__main__":
    main()
