#!/usr/bin/env python3
"""Makes Tests/TextEncodingTests/Resources/Folders and folders.json: small BERTs in the forms that people have them in,
and the tokens and word vectors that Hugging Face's `transformers` makes of texts with them.

Every folder holds the same random BERT (30 tokens, 8 wide, 2 layers of 2 heads, 48 positions), as is or changed:

    bin             pytorch_model.bin, with `BertForPreTraining`'s heads and `bert.` before the names
    legacy          the same in PyTorch's format before 1.6, with `module.bert.`, `gamma` and `beta`
    shards          safetensors in three parts with an index; tokenizer.json alone
    bin_shards      pytorch_model.bin in two parts with an index
    half            float16
    padded          a word table of three rows more than the vocabulary
    defaults        a configuration that leaves out what has the value of `BertConfig`
    cased           a cased model by tokenizer_config.json
    keeps_accents   a tokenizer.json that lowers and keeps accents (tokenizer_class PreTrainedTokenizerFast)
    plain           one that does nothing to texts but cut them, with tokens added
    added           vocab.txt and added_tokens.json

Where only one file differs, the folder lists the others by the name of the folder to take them from (`files` in
folders.json), so that nothing is stored twice.

Usage: python3 scripts/make_text_encoder_goldens.py    (transformers 5, torch 2, safetensors)
"""
import json
import os
import pathlib
import shutil
import tempfile

import torch
from safetensors.torch import save_file
from transformers import (AutoModel, AutoTokenizer, BertConfig, BertForPreTraining, BertModel, BertTokenizerFast,
                          logging)

logging.set_verbosity_error()
logging.disable_progress_bar()
RESOURCES = pathlib.Path(__file__).resolve().parent.parent / "Tests/TextEncodingTests/Resources"
FOLDERS = RESOURCES / "Folders"
WORDS = """[PAD] [UNK] [CLS] [SEP] [MASK] a dog Dog cat caf ##e ##é café Café run ##s ##ning on the The beach . , -
日 本 日本 ##本 \u00c5 \u212b""".split()
TEXTS = [
    "a dog runs on the beach .", "The Café, a Dog", "CAFÉ cafe\u0301 café", "日本 a日本a", "the [MASK] - [SEP]cat",
    "a\u0000dog\u200bs\tcat\u00a0cat\u000bs", "newword newwords New\u0301word [ENC] Dog[ENC]dog", "\u00c5 \u212b A\u030a \u00c5\u212b", "",
]
SIZES = dict(
    vocab_size=len(WORDS), hidden_size=8, num_hidden_layers=2, num_attention_heads=2, intermediate_size=10,
    max_position_embeddings=48)


def tokenizer_json(words=WORDS, normalizer=None, added=()):
    """What `tokenizers` saves for a BERT, written out."""
    special = [dict(id=i, content=word, single_word=False, lstrip=False, rstrip=False, normalized=False, special=True)
               for i, word in enumerate(words[:5])]
    piece = lambda name: {"SpecialToken": {"id": name, "type_id": 0}}
    return {
        "version": "1.0", "truncation": None, "padding": None, "added_tokens": special + list(added),
        "normalizer": normalizer, "pre_tokenizer": {"type": "BertPreTokenizer"},
        "post_processor": {
            "type": "TemplateProcessing",
            "single": [piece("[CLS]"), {"Sequence": {"id": "A", "type_id": 0}}, piece("[SEP]")],
            "pair": [piece("[CLS]"), {"Sequence": {"id": "A", "type_id": 0}}, piece("[SEP]"),
                     {"Sequence": {"id": "B", "type_id": 1}}, {"SpecialToken": {"id": "[SEP]", "type_id": 1}}],
            "special_tokens": {name: {"id": name, "ids": [id], "tokens": [name]}
                               for name, id in (("[CLS]", 2), ("[SEP]", 3))}},
        "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": True},
        "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
                  "max_input_chars_per_word": 100, "vocab": {word: i for i, word in enumerate(words)}},
    }


def bert_normalizer(**settings):
    return {"type": "BertNormalizer", "clean_text": True, "handle_chinese_chars": True, "strip_accents": None,
            "lowercase": True} | settings


def random_model():
    """Larger numbers than BERT begins with, norms and biases too, so that every part shows in the output."""
    torch.manual_seed(20261125)
    model = BertForPreTraining(BertConfig(**SIZES)).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter += torch.randn_like(parameter) * 0.3
    return model


def write(folder, name, value):
    (FOLDERS / folder).mkdir(parents=True, exist_ok=True)
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False) + "\n"
    (FOLDERS / folder / name).write_text(text)


def configuration(**changes):
    return {"model_type": "bert", "layer_norm_eps": 1e-12} | SIZES | changes


def spread(state, count):
    """Parts of a state dict, by turns."""
    return [dict(list(state.items())[part::count]) for part in range(count)]


def write_index(folder, name, file, parts, save):
    names = [f"{file[0]}-{part + 1:05}-of-{len(parts):05}.{file[1]}" for part in range(len(parts))]
    for part, tensors in zip(names, parts):
        save(tensors, FOLDERS / folder / part)
    write(folder, name, {"metadata": {}, "weight_map": {key: part for part, tensors in zip(names, parts) for key in tensors}})


def main():
    shutil.rmtree(FOLDERS, ignore_errors=True)
    pretraining = random_model()
    state = {name: value.detach().clone() for name, value in pretraining.state_dict().items()}
    encoder = {name.removeprefix("bert."): value for name, value in state.items()
               if name.startswith("bert.") and "pooler" not in name}
    vocabulary = "".join(word + "\n" for word in WORDS)
    files = {}

    write("bin", "config.json", configuration())
    write("bin", "vocab.txt", vocabulary)
    torch.save(state | {"bert.embeddings.position_ids": torch.arange(48).unsqueeze(0)}, FOLDERS / "bin/pytorch_model.bin")

    old = {"module." + name.replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta"): value
           for name, value in state.items() if name.startswith("bert.")}
    (FOLDERS / "legacy").mkdir()
    torch.save(old, FOLDERS / "legacy/pytorch_model.bin", _use_new_zipfile_serialization=False)
    files["legacy"] = {"config.json": "bin", "vocab.txt": "bin"}

    write("shards", "tokenizer.json", tokenizer_json(normalizer=bert_normalizer()))
    write_index("shards", "model.safetensors.index.json", ("model", "safetensors"), spread(encoder, 3), save_file)
    files["shards"] = {"config.json": "bin"}

    (FOLDERS / "bin_shards").mkdir()
    write_index("bin_shards", "pytorch_model.bin.index.json", ("pytorch_model", "bin"), spread(encoder, 2), torch.save)
    files["bin_shards"] = {"config.json": "bin", "vocab.txt": "bin"}

    (FOLDERS / "half").mkdir()
    save_file({name: value.half() for name, value in encoder.items()}, FOLDERS / "half/model.safetensors")
    write("half", "config.json", configuration(torch_dtype="float16"))
    files["half"] = {"vocab.txt": "bin"}

    table = "embeddings.word_embeddings.weight"
    padded = encoder | {table: torch.cat([encoder[table], torch.full((3, 8), 7.0)])}
    write("padded", "config.json", configuration(vocab_size=len(WORDS) + 3))
    save_file(padded, FOLDERS / "padded/model.safetensors")
    files["padded"] = {"vocab.txt": "bin"}

    # Only sizes that a test can afford are told; the rest is left to the defaults.
    write("defaults", "config.json", {"architectures": ["BertModel"]} | SIZES)
    files["defaults"] = {"vocab.txt": "bin", "pytorch_model.bin": "bin"}

    write("cased", "tokenizer_config.json", {"do_lower_case": False, "tokenizer_class": "BertTokenizer"})
    files["cased"] = files["defaults"] | {"config.json": "bin"}

    general = {"tokenizer_class": "PreTrainedTokenizerFast", "do_lower_case": False}
    write("keeps_accents", "tokenizer.json", tokenizer_json(normalizer=bert_normalizer(strip_accents=False)))
    write("keeps_accents", "tokenizer_config.json", general)
    files["keeps_accents"] = {"config.json": "bin", "pytorch_model.bin": "bin"}

    added = [
        dict(id=len(WORDS), content="newword", single_word=True, lstrip=False, rstrip=False, normalized=True, special=False),
        dict(id=len(WORDS) + 1, content="[ENC]", single_word=False, lstrip=False, rstrip=False, normalized=False, special=True)]
    settings = dict(clean_text=False, handle_chinese_chars=False, lowercase=False)
    write("plain", "tokenizer.json", tokenizer_json(normalizer=bert_normalizer(**settings), added=added))
    write("plain", "tokenizer_config.json", general)
    files["plain"] = {"config.json": "padded", "model.safetensors": "padded"}

    write("added", "added_tokens.json", {"newword": len(WORDS), "[ENC]": len(WORDS) + 1})
    files["added"] = {"config.json": "padded", "vocab.txt": "bin", "model.safetensors": "padded"}

    cases = {}
    for folder in sorted(path.name for path in FOLDERS.iterdir()):
        with tempfile.TemporaryDirectory() as place:
            shutil.copytree(FOLDERS / folder, place, dirs_exist_ok=True)
            for name, source in files.get(folder, {}).items():
                shutil.copy(FOLDERS / source / name, place)
            cases[folder] = {"files": files.get(folder, {})} | recorded(pathlib.Path(place), folder)
    (RESOURCES / "folders.json").write_text(json.dumps({"texts": TEXTS, "cases": cases}, ensure_ascii=False) + "\n")


def recorded(place, folder):
    """Tokens, and word vectors of all texts, one behind the other."""
    if folder == "legacy":
        # transformers reads no `module.`; the weights are those of `bin`.
        shutil.copy(FOLDERS / "bin/pytorch_model.bin", place)
    # Without a `model_type`, nothing but the caller says what a folder is.
    kinds = (BertModel, BertTokenizerFast) if folder == "defaults" else (AutoModel, AutoTokenizer)
    model = kinds[0].from_pretrained(place, dtype=torch.float32).eval()
    tokenizer = kinds[1].from_pretrained(place)
    ids = [tokenizer(text).input_ids for text in TEXTS]
    with torch.no_grad():
        rows = [model(torch.tensor([text])).last_hidden_state[0] for text in ids]
    print(folder, ids)
    return {"ids": ids, "vectors": [round(value, 5) for row in rows for value in row.flatten().tolist()]}


if __name__ == "__main__":
    main()
