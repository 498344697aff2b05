#!/usr/bin/env python3
"""Makes Tests/TorchNNTests/Resources/small_net.safetensors: what PyTorch itself gets when it trains a small net.

The net is Linear(8, 16), LayerNorm(16), GELU, Linear(16, 4) under cross entropy, 20 full-batch steps, gradients clipped
to norm 2.0, learning rate 1e-2; once with Adam and once with AdamW (weight decay 0.01), from the same initial weights.

    input [32, 8]   labels [32] int64   initial.NAME   losses [20]   final.NAME   adamw.losses [20]   adamw.final.NAME

Names are fc1.weight [16, 8], fc1.bias, norm.weight, norm.bias, fc2.weight [4, 16], fc2.bias. A loss is the one before
its step.

With --bert it makes Tests/TextEncodingTests/Resources/bert_random.safetensors instead: the given file's recorded case
of a random BERT, its word table cut to the rows that the case uses (5 MB become 180 KB). `case.input_ids`, and
`vocab_size` of the configuration in the metadata, are changed to fit; all else is as it was.

Usage: ~/.cache/ascl/venv/bin/python scripts/make_goldens.py [--bert path/to/bert_random.safetensors]
"""
import argparse
import json
import pathlib
import warnings

# Nothing here uses NumPy, and the pinned torch comes without it.
warnings.filterwarnings("ignore", message="Failed to initialize NumPy")

import torch
from torch import nn
from torch.nn import functional as F

from tensor_files import read_safetensors, write_safetensors

TESTS = pathlib.Path(__file__).resolve().parent.parent / "Tests"
SMALL_NET = TESTS / "TorchNNTests/Resources/small_net.safetensors"
SMALL_BERT = TESTS / "TextEncodingTests/Resources/bert_random.safetensors"
STEPS, LEARNING_RATE, CLIP_NORM, WEIGHT_DECAY = 20, 1e-2, 2.0, 0.01


class SmallNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1, self.norm, self.fc2 = nn.Linear(8, 16), nn.LayerNorm(16), nn.Linear(16, 4)

    def forward(self, x):
        return self.fc2(F.gelu(self.norm(self.fc1(x))))


def train(initial, inputs, labels, make_optimizer):
    """The losses [steps] and the final weights of one run."""
    net = SmallNet()
    net.load_state_dict(initial)
    optimizer = make_optimizer(net.parameters())
    losses = []
    for _ in range(STEPS):
        optimizer.zero_grad()
        loss = F.cross_entropy(net(inputs), labels)
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), CLIP_NORM)
        optimizer.step()
        losses.append(loss.detach())
    return torch.stack(losses), net.state_dict()


def make_small_net():
    torch.set_num_threads(1)
    torch.manual_seed(20240510)
    inputs = torch.randn(32, 8)
    # Labels that a net can learn, the largest of four fixed directions: the losses fall and are worth comparing.
    labels = (inputs @ torch.randn(8, 4)).argmax(1)
    initial = {name: value.clone() for name, value in SmallNet().state_dict().items()}
    # Large outputs make the first gradients exceed the clip norm: otherwise clipping would not be tested.
    initial["fc2.weight"] *= 5
    tensors = {"input": inputs, "labels": labels, **{f"initial.{name}": value for name, value in initial.items()}}
    runs = {
        "": lambda parameters: torch.optim.Adam(parameters, lr=LEARNING_RATE),
        "adamw.": lambda parameters: torch.optim.AdamW(parameters, lr=LEARNING_RATE, weight_decay=WEIGHT_DECAY),
    }
    for prefix, make_optimizer in runs.items():
        losses, final = train(initial, inputs, labels, make_optimizer)
        tensors[f"{prefix}losses"] = losses
        tensors.update({f"{prefix}final.{name}": value for name, value in final.items()})
        print(f"{prefix or 'adam.'}losses {losses[0]:.6f} -> {losses[-1]:.6f}")
    write_safetensors(SMALL_NET, dict(sorted(tensors.items())))


def make_small_bert(source):
    """Rows in the old order, so that padding, row 0, stays row 0."""
    tensors, metadata = read_safetensors(source)
    table = "embeddings.word_embeddings.weight"
    used, tensors["case.input_ids"] = tensors["case.input_ids"].unique(sorted=True, return_inverse=True)
    tensors[table] = tensors[table][used]
    configuration = json.loads(metadata["config"]) | {"vocab_size": len(used)}
    write_safetensors(SMALL_BERT, dict(sorted(tensors.items())), metadata | {"config": json.dumps(configuration)})


def main():
    parser = argparse.ArgumentParser(description="Makes the recorded values that tests compare with.")
    parser.add_argument("--bert", type=pathlib.Path, help="trim this recorded BERT case instead")
    source = parser.parse_args().bert
    if source:
        make_small_bert(source)
    else:
        make_small_net()


if __name__ == "__main__":
    main()
