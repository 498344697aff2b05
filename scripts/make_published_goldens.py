#!/usr/bin/env python3
"""Makes Tests/RetrievalModelsTests/Resources/Published: small files with the keys of published weights, and what plain
PyTorch makes of them.

    uniter.pt, lightningdot.pt          random float16 weights by torch.save, under the authors' names
    soho.pt                             the same, beside what a backbone has
    dime_i2t.pt, dime_t2i.pt            the same in the format before PyTorch 1.6, beside a program's arguments
    goldens.safetensors                 `regions`, `boxes`, `ids` or `words`; `SYSTEM.scores`, images by texts; of DIME
                                        `codes` too, what its regulariser compares

The formulas are those of the systems' papers, written for one pair at a time. Token numbers are those of a vocabulary of
[PAD] [UNK] [CLS] [SEP] [MASK] and 24 words.

Usage: python3 scripts/make_published_goldens.py      (recorded by PyTorch 2.13)
"""
import argparse
import collections
import pathlib

import torch
import torch.nn.functional as F

from tensor_files import write_safetensors

FOLDER = pathlib.Path(__file__).resolve().parent.parent / "Tests/RetrievalModelsTests/Resources/Published"
H, R, TOKENS, PLACES, CLASSES = 64, 6, 29, 12, 3
TEXTS = [[2, 5, 9, 3], [2, 28, 7, 7, 11, 3], [2, 6, 3]]


class Weights(dict):
    """Random weights that are made when their shape is told."""

    def linear(self, name, inputs, outputs):
        self[name + ".weight"] = (torch.randn(outputs, inputs) * inputs**-0.5).half()
        self[name + ".bias"] = (torch.randn(outputs) * 0.2).half()

    def norm(self, name, width, old=False, running=False):
        self[name + (".gamma" if old else ".weight")] = (1 + torch.randn(width) * 0.2).half()
        self[name + (".beta" if old else ".bias")] = (torch.randn(width) * 0.2).half()
        if running:
            self[name + ".running_mean"] = torch.randn(width).half() * 0.2
            self[name + ".running_var"] = (0.5 + torch.rand(width)).half()
            self[name + ".num_batches_tracked"] = torch.tensor(7)

    def table(self, name, rows, width):
        self[name + ".weight"] = torch.randn(rows, width).half()

    def embeddings(self, name, rows):
        for part, count in [("word", rows), ("position", PLACES), ("token_type", 2)]:
            self.table(f"{name}.{part}_embeddings", count, H)
        self.norm(f"{name}.LayerNorm", H)

    def regions(self, name):
        self.linear(f"{name}.img_linear", R, H)
        self.linear(f"{name}.pos_linear", 7, H)
        for part in ["img_layer_norm", "pos_layer_norm", "LayerNorm"]:
            self.norm(f"{name}.{part}", H)
        self.table(f"{name}.mask_embedding", 2, R)

    def layer(self, name, old=False):
        for part in ["attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense"]:
            self.linear(f"{name}.{part}", H, H)
        self.linear(f"{name}.intermediate.dense", H, 4 * H)
        self.linear(f"{name}.output.dense", 4 * H, H)
        self.norm(f"{name}.attention.output.LayerNorm", H, old)
        self.norm(f"{name}.output.LayerNorm", H, old)

    def guesses(self, table, img_linear):
        self.linear("cls.predictions.transform.dense", H, H)
        self.norm("cls.predictions.transform.LayerNorm", H)
        self["cls.predictions.bias"] = torch.randn(table.shape[0]).half()
        self["cls.predictions.decoder.weight"] = table
        self.linear("feat_regress.net.0", H, H)
        self.norm("feat_regress.net.2", H)
        self["feat_regress.weight"] = img_linear
        self["feat_regress.bias"] = torch.randn(R).half()
        self.linear("region_classifier.net.0", H, H)
        self.norm("region_classifier.net.2", H)
        self.linear("region_classifier.net.3", H, CLASSES)
        self.linear("itm_output", H, 2)


class Reader:
    """The same by a prefix, in float32."""

    def __init__(self, weights, prefix=""):
        self.weights, self.prefix = weights, prefix

    def __call__(self, name):
        return self.weights[self.prefix + name].float()

    def inside(self, name):
        return Reader(self.weights, self.prefix + name)

    def linear(self, name, x):
        return F.linear(x, self(name + ".weight"), self(name + ".bias"))

    def norm(self, name, x):
        weight, bias = (
            self.weights.get(f"{self.prefix}{name}.{new}", self.weights.get(f"{self.prefix}{name}.{old}")).float()
            for new, old in [("weight", "gamma"), ("bias", "beta")])
        return F.layer_norm(x, x.shape[-1:], weight, bias, 1e-12)

    def batch_norm(self, name, x):
        return F.batch_norm(
            x, self(name + ".running_mean"), self(name + ".running_var"), self(name + ".weight"), self(name + ".bias"))

    def words(self, ids):
        sums = self("word_embeddings.weight")[ids] + self("position_embeddings.weight")[: len(ids)]
        return self.norm("LayerNorm", sums + self("token_type_embeddings.weight")[0])

    def image(self, regions, boxes, kind):
        sizes = boxes[:, 2:] - boxes[:, :2]
        places = torch.cat([boxes, sizes, sizes[:, :1] * sizes[:, 1:]], 1)
        looks = self.norm("img_layer_norm", self.linear("img_linear", regions))
        return self.norm("LayerNorm", looks + self.norm("pos_layer_norm", self.linear("pos_linear", places)) + kind)

    def layer(self, x):
        q, k, v = (self.linear(f"attention.self.{part}", x) for part in ["query", "key", "value"])
        seen = torch.softmax(q @ k.T / 8, 1) @ v
        middle = self.norm("attention.output.LayerNorm", x + self.linear("attention.output.dense", seen))
        inner = F.gelu(self.linear("intermediate.dense", middle))
        return self.norm("output.LayerNorm", middle + self.linear("output.dense", inner))


def uniter(images, boxes):
    weights = Weights()
    # Their programs fill a table up to a multiple of eight.
    weights.embeddings("uniter.embeddings", 32)
    weights.regions("uniter.img_embeddings")
    weights.layer("uniter.encoder.layer.0", old=True)
    weights.linear("uniter.pooler.dense", H, H)
    weights.guesses(
        weights["uniter.embeddings.word_embeddings.weight"], weights["uniter.img_embeddings.img_linear.weight"])
    read = Reader(weights, "uniter.")
    kind = read("embeddings.token_type_embeddings.weight")[1]

    def score(regions, places, ids):
        pair = torch.cat(
            [read.inside("embeddings.").words(ids), read.inside("img_embeddings.").image(regions, places, kind)])
        pooled = torch.tanh(read.linear("pooler.dense", read.inside("encoder.layer.0.").layer(pair)[0]))
        return Reader(weights).linear("itm_output", pooled)[1]

    scores = torch.stack([torch.stack([score(r, b, ids) for ids in TEXTS]) for r, b in zip(images, boxes)])
    return collections.OrderedDict(weights), scores


def lightningdot(images, boxes):
    weights = Weights()
    weights.embeddings("img_model.bert.embeddings", TOKENS)
    weights.regions("img_model.bert.img_embeddings")
    weights.embeddings("txt_model.bert.embeddings", TOKENS)
    for tower in ["img_model", "txt_model"]:
        weights.layer(f"{tower}.bert.encoder.layer.0")
        weights.linear(f"{tower}.bert.pooler.dense", H, H)
        weights.linear(f"{tower}.encode_proj.0", H, 2 * H)
        weights.norm(f"{tower}.encode_proj.2", 2 * H)
        weights.linear(f"{tower}.encode_proj.3", 2 * H, H)

    def vector(tower, states):
        read = Reader(weights, f"{tower}.encode_proj.")
        return read.linear("3", read.norm("2", F.gelu(read.linear("0", states[0]))))

    def image(regions, places):
        read = Reader(weights, "img_model.bert.")
        first = read.inside("embeddings.").words([2])
        own = read.inside("img_embeddings.").image(regions, places, read("embeddings.token_type_embeddings.weight")[1])
        return vector("img_model", read.inside("encoder.layer.0.").layer(torch.cat([first, own])))

    def text(ids):
        read = Reader(weights, "txt_model.bert.")
        return vector("txt_model", read.inside("encoder.layer.0.").layer(read.inside("embeddings.").words(ids)))

    scores = torch.stack([image(r, b) for r, b in zip(images, boxes)]) @ torch.stack([text(ids) for ids in TEXTS]).T
    return {"model_dict": collections.OrderedDict(weights), "epoch": 3, "offset": 0, "encoder_params": {}}, scores


def soho(images):
    """Of grids of two by two."""
    weights, entries = Weights(), 7
    for name, inputs, outputs in [("conv", R, H), ("gate_fc", 2 * H, 2)]:
        weights[f"neck.{name}.conv.weight"] = (torch.randn(outputs, inputs, 1, 1) * inputs**-0.5).half()
        weights.norm(f"neck.{name}.bn", outputs, running=True)
    weights.linear("neck.pos_line", H, H)
    weights.norm("neck.ln", H)
    weights.table("neck.mask_emb", 1, H)
    weights["neck.vq.embed"] = torch.randn(entries, H).half()
    weights["neck.vq.cluster_size"], weights["neck.vq.cluster_sum"] = torch.rand(entries), torch.rand(entries)
    weights["neck.vq.embed_avg"] = torch.randn(entries, H)
    weights.embeddings("language.bert.embeddings", TOKENS)
    weights.layer("language.bert.encoder.layer.0")
    weights["mask_l_fc.weight"] = weights["language.bert.embeddings.word_embeddings.weight"]
    weights["head.match_class.weight"] = torch.randn(2, H).half()
    weights["backbone.conv1.weight"] = torch.randn(4, 3, 7, 7).half()
    read = Reader(weights, "neck.")

    def wave(place):
        angle = place / 2 * 2 * torch.pi / 10000 ** (torch.arange(H // 2) // 2 * 2 / (H // 2))
        return torch.where(torch.arange(H // 2) % 2 == 0, angle.sin(), angle.cos())

    places = torch.stack([torch.cat([wave(y), wave(x)]) for y in [1, 2] for x in [1, 2]])

    def picture(cells):
        x = read.batch_norm("conv.bn", cells @ read("conv.conv.weight")[:, :, 0, 0].T)
        nearest = read("vq.embed")[torch.cdist(x, read("vq.embed")).argmin(1)]
        e = read.linear("pos_line", nearest)
        gate = read.batch_norm("gate_fc.bn", torch.cat([e, x], 1) @ read("gate_fc.conv.weight")[:, :, 0, 0].T)
        p, q = torch.softmax(gate, 1).T[:, :, None]
        return F.layer_norm(p * e + q * x + places, (H,), read("ln.weight"), read("ln.bias"))

    def score(cells, ids):
        bert = Reader(weights, "language.bert.")
        states = bert.inside("encoder.layer.0.").layer(torch.cat([bert.inside("embeddings.").words(ids), picture(cells)]))
        no, yes = Reader(weights)("head.match_class.weight") @ states[0]
        return yes - no

    scores = torch.stack([torch.stack([score(cells, ids) for ids in TEXTS]) for cells in images])
    return {"meta": {"epoch": 40}, "state_dict": collections.OrderedDict(weights)}, scores


def dime(images, words, refines_images):
    D, P = 16, [4, 4, 1]
    names = ["ric", "glgc", "imrc", "cmrc"]
    image_weights, text_weights, weights = Weights(), Weights(), Weights()
    image_weights.linear("fc", R, D)
    image_weights.norm("bn", D, running=True)
    text_weights.table("bert.embeddings.word_embeddings", TOKENS, H)
    text_weights.linear("fc", H, D)
    text_weights.linear("mapping", 3 * D, D)
    for place in range(3):
        text_weights[f"convs1.{place}.weight"] = (torch.randn(D, 1, place + 1, H) * 0.1).half()
        text_weights[f"convs1.{place}.bias"] = (torch.randn(D) * 0.2).half()
    for place, paths in enumerate(P):
        layer = f"dynamic_itr_l{place}."
        for name in names:
            weights.linear(f"{layer}{name}.router.mlp.0", D, 2 * D)
            weights.linear(f"{layer}{name}.router.mlp.2", 2 * D, paths)
        for name, inputs, outputs in [
            ("glgc.fc_1", D, D), ("glgc.fc_2", D, D), ("imrc.sa.att_layer.linears.0", D, D),
            ("imrc.sa.att_layer.linears.1", D, D), ("imrc.sa.att_layer.linears.2", D, D),
            ("imrc.sa.feed_forward_layer.fc1", D, 2 * D), ("imrc.sa.feed_forward_layer.fc2", 2 * D, D),
            ("cmrc.refine.fc_scale", D, D), ("cmrc.refine.fc_shift", D, D), ("cmrc.refine.fc_1", D, D),
            ("cmrc.refine.fc_2", D, D),
        ]:
            weights.linear(layer + name, inputs, outputs)
    weights.linear("path_mapping", 36, 128)
    weights.norm("bn", D, running=True)
    unit = lambda x: F.normalize(x, dim=-1)
    read_image, read_text, read = Reader(image_weights), Reader(text_weights), Reader(weights)

    def text(x):
        windows = [x, F.pad(x, (0, 0, 0, 1)), F.pad(x, (0, 0, 1, 1))]
        parts = [
            F.relu(F.conv2d(own[None, None], read_text(f"convs1.{n}.weight"), read_text(f"convs1.{n}.bias")))[0, :, :, 0].T
            for n, own in enumerate(windows)]
        local, direct = torch.cat(parts, 1), read_text.linear("fc", x)
        return (unit(read_text.linear("mapping", local) + direct),
                unit(read_text.linear("mapping", local.max(0)[0]) + direct.mean(0)))

    def picture(x):
        joint = read_image.linear("fc", x)
        whole = joint.mean(0)
        return unit(joint), unit(whole if refines_images else read_image.batch_norm("bn", whole[None])[0])

    def cells(layer, states, others, guide):
        one = read.inside(layer)
        u = F.normalize(one.linear("glgc.fc_1", states[1]) * guide, dim=0)
        q, k, v = (one.linear(f"imrc.sa.att_layer.linears.{n}", states[2]) for n in range(3))
        # Sixteen heads of one channel each.
        seen = torch.stack([torch.softmax(torch.outer(q[:, c], k[:, c]), 1) @ v[:, c] for c in range(D)], 1)
        z = states[2] + seen
        z = z + one.linear("imrc.sa.feed_forward_layer.fc2", F.relu(one.linear("imrc.sa.feed_forward_layer.fc1", z)))
        x = states[3]
        a = F.normalize(F.leaky_relu(others @ x.T, 0.1), dim=1)
        c = torch.softmax(a * (4 if refines_images else 9), 0).T @ others
        moved = x * torch.tanh(one.linear("cmrc.refine.fc_scale", c)) + one.linear("cmrc.refine.fc_shift", c)
        moved = one.linear("cmrc.refine.fc_2", F.relu(one.linear("cmrc.refine.fc_1", moved)))
        return [F.relu(states[0]), (1 + u) * states[1], z, x + moved]

    def score(own, others, guide):
        states, codes = [own] * 4, []
        for place in range(3):
            layer = f"dynamic_itr_l{place}."
            outputs = cells(layer, states, others, guide)
            opened = []
            for name, state in zip(names, states):
                router = read.inside(f"{layer}{name}.router.mlp.")
                opened.append(F.relu(torch.tanh(router.linear("2", F.relu(router.linear("0", state.mean(0)))))))
            opened = torch.stack(opened)  # cells x paths
            if place < 2:
                shares = opened / (opened.sum(0) + 1e-8)
                skips = (opened.sum(0) < 1e-4).float()
                states = [sum(s * o for s, o in zip(shares[:, i], outputs)) + skips[i] * outputs[0] for i in range(4)]
                codes.append(shares.T.flatten())
            else:
                closed = (opened < 1e-4 / 4).float()
                total = sum(p * o + q * s for p, q, o, s in zip(opened, closed, outputs, states))
                final = total / (opened.sum() + closed.sum())
                codes.append(opened.flatten())
        rows = read.batch_norm("bn", final)
        return unit(rows.mean(0) + rows.max(0)[0]) @ guide, torch.cat(codes)

    scores, codes = [], []
    for x in images:
        for y in words:
            (regions, whole), (tokens, sentence) = picture(x), text(y)
            s, code = score(regions, tokens, sentence) if refines_images else score(tokens, regions, whole)
            scores.append(s)
            codes.append(code)
    scores = torch.stack(scores).reshape(len(images), -1)
    codes = torch.stack(codes).reshape(len(images), len(words), 36).mean(1 if refines_images else 0)
    checkpoint = {
        "epoch": 3, "model": [collections.OrderedDict(part) for part in (image_weights, text_weights, weights)],
        "best_rsum": 1.5, "opt": argparse.Namespace(direction="i2t" if refines_images else "t2i"), "Eiters": 9}
    return checkpoint, scores, unit(read.linear("path_mapping", codes))


def main():
    torch.manual_seed(4)
    FOLDER.mkdir(parents=True, exist_ok=True)
    regions, boxes = torch.randn(3, 5, R), torch.rand(3, 5, 4)
    words = [torch.randn(len(ids), H) for ids in TEXTS]
    goldens = {
        "regions": regions, "boxes": boxes, "words": torch.cat(words),
        "ids": torch.tensor([float(i) for ids in TEXTS for i in ids]).reshape(-1, 1)}
    for name, make in [("uniter", uniter), ("lightningdot", lightningdot)]:
        weights, goldens[f"{name}.scores"] = make(regions, boxes)
        torch.save(weights, FOLDER / f"{name}.pt")
    for name, refines_images in [("i2t", True), ("t2i", False)]:
        weights, goldens[f"dime.{name}.scores"], goldens[f"dime.{name}.codes"] = dime(regions, words, refines_images)
        torch.save(weights, FOLDER / f"dime_{name}.pt", _use_new_zipfile_serialization=False)
    weights, goldens["soho.scores"] = soho(regions[:, :4])
    torch.save(weights, FOLDER / "soho.pt")
    write_safetensors(FOLDER / "goldens.safetensors", {name: t.contiguous() for name, t in goldens.items()})


if __name__ == "__main__":
    main()
