#!/usr/bin/env python3
"""How far a person can rely on what an AsCL says of words and regions (docs/method.md, Explanations), by a second program
that shares nothing with the first but the checkpoint.

  places   on Scenes: how often the strongest region of a noun or a colour lies on the object that is meant, by several
           readings of the same attention
  foreign  how well a word's match tells words that the picture does not show: one noun (on Scenes: or colour) of every
           caption is replaced by one that no caption of the image has

Wants `torch`, `transformers` and `numpy`.
"""
import argparse
import json
import pathlib
import random
import re

import numpy
import torch
from safetensors.torch import load_file
from transformers import BertModel, BertTokenizerFast, logging

logging.set_verbosity_error()
logging.disable_progress_bar()
# Nouns that Flickr's captions have often, all of them to be seen.
NOUNS = """man woman boy girl child person people children men women girls boys dog dogs cat horse bird water pool lake
ocean river waves beach surfer surfboard boat snow skier snowboarder hill mountain ice ball football basketball frisbee
skateboard skateboarder bike bicycle motorcycle car truck bus train grass field street road sidewalk sand park forest tree
trees rock rocks fence bench wall building shirt hat jacket dress uniform helmet sunglasses guitar camera umbrella swing
slide stick toy phone book bed table""".split()


class Model:
    """Matches and shares of one pair, as the formulas stand."""

    def __init__(self, folder):
        self.shape = json.loads((folder / "config.json").read_text())
        self.weights = load_file(folder / "model.safetensors")
        self.bert = BertModel.from_pretrained(folder / "text_encoder", add_pooling_layer=False).eval()
        self.tokenizer = BertTokenizerFast.from_pretrained(folder / "text_encoder")

    def layer(self, name, x):
        bias = self.weights.get(f"{name}.bias", 0)
        return x @ self.weights[f"{name}.weight"].T + bias

    def words(self, text):
        tokens = self.tokenizer(text, return_tensors="pt", return_offsets_mapping=True)
        places = tokens.pop("offset_mapping")[0].tolist()
        return self.layer("text.projection", self.bert(**tokens).last_hidden_state[0]), places

    def attend(self, direction, queries, targets):
        """Cosines of the queries with what they attended to, mean weights, and shares that add up to the cosines."""
        name, heads = f"fusion.{direction}", self.shape["heads"]
        split = lambda x: x.unflatten(-1, (heads, -1)).transpose(0, 1)
        q, y = split(self.layer(f"{name}.query", queries)), split(self.layer(f"{name}.key_value", targets))
        weights = (q @ y.mT / q.shape[-1] ** 0.5).softmax(-1)
        output = self.weights[f"{name}.output.weight"]
        attended = (weights @ y).transpose(0, 1).flatten(1) @ output.T
        units = torch.nn.functional.normalize(queries, dim=-1)
        shares = (weights * (split(units @ output) @ y.mT)).sum(0) / attended.norm(dim=-1, keepdim=True)
        return shares.sum(-1), weights.mean(0), shares


def tokens_of(places, start, end):
    return [i for i, (a, b) in enumerate(places) if b > a and a >= start and b <= end]


def starts_of(words):
    starts, place = [], 0
    for word in words:
        starts.append(place)
        place += len(word) + 1
    return starts


def places(model, data, regions, boxes, scenes):
    found = {}
    for image, scene in enumerate(scenes):
        size = 224
        for caption in scene["captions"]:
            words, tokens = model.words(" ".join(caption["words"]))
            _, looked, shares = model.attend("text_to_image", words, regions[image])
            match, heard, _ = model.attend("image_to_text", regions[image], words)
            readings = {
                "share of the word's match": shares, "the same less the words' mean": shares - shares.mean(0),
                "attention of the word": looked, "attention of the region": heard.T,
                "match of the region": match.expand(len(words), -1),
            }
            starts = starts_of(caption["words"])
            for mention in caption["mentions"]:
                told = {key: mention[key] for key in ("kind", "color", "size") if key in mention}
                meant = [thing for thing in scene["objects"] if all(thing[k] == v for k, v in told.items())]
                centres = [((b[0] + b[2]) / 2 * size, (b[1] + b[3]) / 2 * size) for b in boxes[image]]
                on = numpy.array([any(max(abs(x - t["x"]), abs(y - t["y"])) <= t["radius"] + 6 for t in meant)
                                  for x, y in centres])
                if len(meant) == len(scene["objects"]) or not on.any():
                    continue
                last = mention["words"][1] - 1
                for kind, word in [("noun", last)] + ([("colour", last - 1)] if "color" in told else []):
                    own = tokens_of(tokens, starts[word], starts[word] + len(caption["words"][word].rstrip(",")))
                    for name, values in readings.items():
                        found.setdefault((name, kind), []).append(on[values[own].mean(0).argmax()])
                    found.setdefault(("any region", kind), []).append(on.mean())
    for (name, kind), hits in found.items():
        print(f"{name:32} {kind:7} {100 * numpy.mean(hits):5.1f} % of {len(hits)}")


def swapped_scenes(scenes):
    for image, scene in enumerate(scenes):
        for caption in scene["captions"]:
            words, mention = list(caption["words"]), random.choice(caption["mentions"])
            key = random.choice(["kind", "color"]) if "color" in mention else "kind"
            place = mention["words"][1] - (1 if key == "kind" else 2)
            every = {thing[key] for other in scenes for thing in other["objects"]}
            foreign = random.choice(sorted(every - {thing[key] for thing in scene["objects"]}))
            own = [(m["words"][1] - 1) for m in caption["mentions"]]
            yield image, words, own, None
            words = words[:place] + [foreign + words[place][len(words[place].rstrip(",")):]] + words[place + 1:]
            yield image, words, own, place


def swapped_captions(captions, images):
    per = len(captions) // images
    for image in random.sample(range(images), min(images, 500)):
        own = captions[per * image:per * (image + 1)]
        known = set(re.findall("[a-z]+", " ".join(own).lower()))
        words = random.choice(own).split()
        nouns = [i for i, word in enumerate(words) if word.lower() in NOUNS]
        if nouns:
            place = random.choice(nouns)
            yield image, words, nouns, None
            foreign = random.choice([noun for noun in NOUNS if noun not in known])
            yield image, words[:place] + [foreign] + words[place + 1:], nouns, place


def foreign(model, regions, texts):
    found = {"foreign": [], "own": [], "beside": []}
    for image, words, nouns, place in texts:
        vectors, tokens = model.words(" ".join(words))
        match, _, _ = model.attend("text_to_image", vectors, regions[image])
        starts = starts_of(words)
        for word in sorted(set(nouns) | ({place} - {None})):
            own = tokens_of(tokens, starts[word], starts[word] + len(words[word].rstrip(",")))
            kind = "own" if place is None else "foreign" if word == place else "beside"
            if own:
                found[kind].append(match[own].mean().item())
    strange, own, beside = (numpy.array(found[kind]) for kind in ("foreign", "own", "beside"))
    above = (own[:, None] > strange[None]).mean()
    print(f"{len(strange)} foreign words, {len(own)} own ones; an own one matches better: {100 * above:.1f} %")
    for limit in (-0.1, -0.05, 0, 0.05, 0.1, 0.2):
        hits, alarms = (strange <= limit).mean(), (own <= limit).mean()
        print(f"match at most {limit:5.2f}: {100 * hits:5.1f} % of foreign, {100 * alarms:4.1f} % of own, "
              f"{100 * (beside <= limit).mean():4.1f} % of own beside a foreign one; "
              f"precision {100 * hits / max(hits + alarms, 1e-9):5.1f} %")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("study", choices=["places", "foreign"])
    parser.add_argument("--checkpoint", type=pathlib.Path, required=True)
    parser.add_argument("--data", type=pathlib.Path, required=True)
    parser.add_argument("--split", required=True)
    options = parser.parse_args()
    random.seed(1)
    torch.set_grad_enabled(False)
    model = Model(options.checkpoint)
    raw = numpy.load(options.data / f"{options.split}_ims.npy").astype("float32")
    regions = model.layer("image.region", torch.from_numpy(raw))
    scenes = options.data / "scenes.json"
    scenes = json.loads(scenes.read_text())[options.split] if scenes.exists() else None
    if options.study == "places":
        places(model, options.data, regions, numpy.load(options.data / f"{options.split}_boxes.npy"), scenes)
    elif scenes:
        foreign(model, regions, swapped_scenes(scenes))
    else:
        captions = (options.data / f"{options.split}_caps.txt").read_text().splitlines()
        foreign(model, regions, swapped_captions(captions, len(raw)))
