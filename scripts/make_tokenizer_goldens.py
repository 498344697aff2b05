#!/usr/bin/env python3
"""Makes Tests/TextEncodingTests/Resources/Tokenizers: small tokenizers of every kind that CLIP and SigLIP folders hold,
and what Hugging Face makes of texts with them.

    texts.json              the texts: captions of several languages, and every trap that Unicode has
    KIND/                   a folder's tokenizer files, the vocabulary trained here
    KIND/expected.json      ids       of each text, whole, with special tokens
                            padded    of the first texts, cut and filled up to `limit`

KIND is clip (vocab.json and merges.txt), clip_json (tokenizer.json as the hub has it), gemma (SigLIP 2's, whose class adds
lower case), gemma_lower (whose file says it) and siglip (SigLIP 1's spiece.model).

With a folder, many more texts of another seed go there, and SentencePiece's own large table of characters is used:
`ASCL_TOKENIZERS=FOLDER swift test --filter TokenizerConformanceTests` then compares all of them. Every single character is
among them. Where `--clip bpe_simple_vocab_16e6.txt.gz` names OpenAI's file (open-clip-torch has it), a KIND clip_real is
made of it: its vocab.json and merges.txt are those of openai/clip-vit-base-patch32, byte for byte.

It wants transformers, tokenizers, sentencepiece and protobuf (made with 5.24.0, 0.23.3, 0.2.3).

Usage: python3 scripts/make_tokenizer_goldens.py [FOLDER [COUNT]] [--clip FILE]
"""
import argparse
import gzip
import io
import json
import os
import pathlib
import random
import sys
import unicodedata

import sentencepiece
from tokenizers import AddedToken, Regex, Tokenizer, models, normalizers, pre_tokenizers, processors, trainers
from transformers import CLIPTokenizer, PreTrainedTokenizerFast, Siglip2Tokenizer, SiglipTokenizer

OUTPUT = pathlib.Path(__file__).resolve().parent.parent / "Tests/TextEncodingTests/Resources/Tokenizers"
LIMIT = 12

WORDS = """a the two three man woman dog dogs cat child's boy girl red blue green shirt ball runs running jumps over under
through water grass snow beach street people stand sitting plays with in on of at near and it's they're don't photo
ein Hund läuft über die Straße grüne Wiese un chien français être où l'été niño pequeño corre mañana
собака бежит по снегу девочка και ο σκύλος τρέχει στην θάλασσα στὸ λόγος кот
一只狗在雪地里跑 犬が走る 男の子 개가 달린다 소녀 कुत्ता दौड़ रहा है สุนัขวิ่ง كلب يجري ילד רץ 2024 15 3.5 10,000 #1""".split()

TRAPS = [
    "", " ", "   ", "\t\n\r", "\u3000\u00a0\u2003", "a", " a ", "a  b", "a\tb\nc\r\nd", "\u0000", "a\u0000b", "\u0001\u0007\u001b[0m",
    "\u001c\u001d\u001e\u001fa\u0085b\u000bc\u000cd", "\u007f\u0080\u009f", "e\u0301 \u00e9 E\u0301 \u00c9", "a\u0300\u0301\u0302\u0303b",
    "\u0301alone", "q\u0323\u0307 q\u0307\u0323", "\u1e9b\u0323", "\u212b \u00c5 A\u030a", "\uac00 \u1100\u1161 \u1100\u1161\u11a8",
    "\ufb01 \ufb03 \u2460 \u00b2 \u00bd \u2122", "\uff21\uff22\uff23\uff11\uff12\uff13\uff01\uff5e", "\uff76\uff9e\uff8a\uff9f",
    "I\u0307 \u0130 \u0131 i\u0307 ISTANBUL \u0130STANBUL", "STRASSE stra\u00dfe STRA\u1e9eE", "\u03a3\u03a3 \u039f\u0394\u039f\u03a3 \u03a3 A\u03a3 A\u03a3. A\u03a3b \u0391\u03a3\u0301 \u0391'\u03a3 \u0391\u03a3'b A\u03a3\u00adB",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466 \U0001f1e9\U0001f1ea \U0001f44d\U0001f3fd \u2764\ufe0f", "\u263a\ufe0e#\ufe0f\u20e3",
    "\u05e9\u05dc\u05d5\u05dd \u200f\u0627\u0644\u0639\u0631\u0628\u064a\u0629\u200e", "\u202eabc\u202c", "a\u200bb\u200cc\u200dd\ufeffe", "\ufeffa", "a\u00adb",
    "\\ud83d\\ude00 \\u0041", "\ufffd \ufffe \uffff \U0010ffff", "\ue000\uf8ff\U000f0000", "\u0378\u0e80 \U0001fae9",
    "it's IT'S don't we'll they'd I've I'm you're ''s 's' '' 'tis o'clock", "\u2019s it\u2019s", "a.b,c;d!e?f", "...!!!???", "#hashtag @user http://x.y/z?q=1&r=2",
    "3.14 1,000 12345 \u0663\u0664 \u2167 \u4e00\u4e8c\u4e09", "a1b2c3", "x\u00b2+y\u00b2", "\u2581a\u2581b \u2581", "\u2581", "\u2581\u2581\u2581", "a\u2581\u2581b ",
    "<|startoftext|>", "<|endoftext|>", "a<|endoftext|>b", "a <|endoftext|> b", "<|STARTOFTEXT|>x", "!<|startoftext|>!", "<|endoftext|><|endoftext|>",
    "<|end", "endoftext|>", "<|EndOfText|>.", "<s>a</s>", "a </s> b", "</s>", " </s> </s> ", "<unk>", "a <unk> b", "<unk>b", "a</s>b c", "\u2581</s>",
    "<pad><eos><bos>", "A <pad> B", "<mask>x", "<0x41>", "<0xFF>", "</w>", "a</w>b", "##a", "\n\n", "a\n\nb", "<unused0>", "x <unused0> y", "<UNUSED0>", "  <unused1>  z", "new_word", "a snowdogs xSnowdog b", "a NEW_WORD b", "xnew_wordy",
    "\u0130\u0130", "\u01c5\u01c8", "\U00010400\U00010428", "\u1e9e", "\u2c62\ua7ae", "K\u212a", "\u03f4\u1fbc\u1fbe", "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "a" * 300, "ab" * 150, "\u00e9" * 100, "\U0001f600" * 40, "\u4e00" * 80, "!" * 200, "1" * 90, " " * 90 + "a" + " " * 90, "a " * 120, "'s" * 60,
    "\u0f71\u0f72\u0f74 \u0f73", "\u09c7\u09be \u0b47\u0b3e", "\u0cca\u0ccb", "\u1025\u102e", "\u2adc \u0958 \ufb1d", "\u0344 \u0340 \u0341 \u0343",
    "\u1fbf\u0301", "\U0001d15e", "\U0001109a", "\U00016121\U0001611f", "\u0061\u0315\u0300\u05ae\u0062", "\u00c4ffin", "na\u00efve caf\u00e9 r\u00e9sum\u00e9",
    "1\ufe0f\u20e3", "\u0e33 \u0eb3", "\u3099\u304b\u3099", "\u1e0a\u0323", "\u1f82\u0345", "\u0160\u0161\u017f", "\ufdfa", "\u33a1 \u339e", "\u2026 \u2025", "\u00a0\u00a0a\u00a0",
]


def texts(count, seed):
    """`count` texts beside the traps: captions, captions with traps in them, and characters thrown together."""
    dice = random.Random(seed)
    ranges = [(0, 0x250), (0x250, 0x600), (0x600, 0x1200), (0x1E00, 0x2C00), (0x3000, 0x3100), (0x4E00, 0x4F00), (0xAC00, 0xAD00),
              (0xFB00, 0x10000), (0x10000, 0x10800), (0x1F300, 0x1FB00), (0x0300, 0x0370), (0x20, 0x7F), (0x20, 0x7F)]

    def character():
        low, high = dice.choice(ranges)
        while True:
            scalar = dice.randrange(low, high)
            if not 0xD800 <= scalar < 0xE000:
                return chr(scalar)

    def caption():
        words = [dice.choice(WORDS) for _ in range(dice.randint(1, 18))]
        words = [dice.choice([str, str, str, str.upper, str.title])(word) for word in words]
        return dice.choice([" ", " ", " ", "  ", ", ", "-", "\u00a0"]).join(words) + dice.choice(["", ".", "!", " ", "\n"])

    result = list(TRAPS)
    for _ in range(count):
        kind = dice.random()
        if kind < 0.4:
            result.append(caption())
        elif kind < 0.7:
            text = caption()
            for _ in range(dice.randint(1, 3)):
                place = dice.randint(0, len(text))
                text = text[:place] + dice.choice(TRAPS[1:75]) + text[place:]
            result.append(text)
        elif kind < 0.95:
            result.append("".join(character() for _ in range(dice.randint(1, 40))))
        else:
            word = dice.choice(WORDS)
            result.append("".join(unicodedata.normalize(dice.choice(["NFC", "NFD", "NFKC"]), word) for _ in range(9)))
    return result


def corpus():
    """Sentences of the words and of halves of them joined, so that there is more than one way to cut a word."""
    dice = random.Random(1)

    def word():
        first, second = dice.choice(WORDS), dice.choice(WORDS)
        return first if dice.random() < 0.6 else first[:dice.randint(1, 4)] + second[-dice.randint(1, 4):]

    return [" ".join(word() for _ in range(12)) for _ in range(3000)]


def write_json(path, value):
    path.write_text(json.dumps(value, separators=(",", ":"), ensure_ascii=True) + "\n")


# ---- CLIP ----

CLIP_NORMALIZER = normalizers.Sequence([normalizers.NFC(), normalizers.Replace(Regex(r"\s+"), " "), normalizers.Lowercase()])
CLIP_PATTERN = r"""'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"""
CLIP_FRAME = {"bos_token": "<|startoftext|>", "eos_token": "<|endoftext|>"}


def clip_model():
    """A vocabulary and merges as OpenAI's are made: every byte, every byte at a word's end, then what merges give."""
    tokenizer = Tokenizer(models.BPE(end_of_word_suffix="</w>"))
    tokenizer.normalizer = CLIP_NORMALIZER
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(CLIP_PATTERN), behavior="removed", invert=True), pre_tokenizers.ByteLevel(add_prefix_space=False)])
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    tokenizer.train_from_iterator(corpus(), trainers.BpeTrainer(
        vocab_size=1100, end_of_word_suffix="</w>", initial_alphabet=alphabet, show_progress=False))
    merges = [tuple(pair) for pair in json.loads(tokenizer.to_str())["model"]["merges"]]
    return clip_vocabulary(alphabet, merges)


def clip_vocabulary(alphabet, merges):
    tokens = alphabet + [token + "</w>" for token in alphabet]
    known, kept = set(tokens), []
    for first, second in merges:
        if first in known and second in known:
            kept.append((first, second))
            if first + second not in known:
                tokens.append(first + second)
                known.add(first + second)
    tokens += ["<|startoftext|>", "<|endoftext|>"]
    return {token: number for number, token in enumerate(tokens)}, kept


def write_clip_files(folder, vocabulary, merges):
    (folder / "vocab.json").write_text(json.dumps(vocabulary, ensure_ascii=False, separators=(",", ":")))
    (folder / "merges.txt").write_text("#version: 0.2 - Trained by `huggingface/tokenizers`\n" + "".join(f"{first} {second}\n" for first, second in merges))
    flags = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": True}
    named = {"bos_token": {"content": "<|startoftext|>", **flags}, "eos_token": {"content": "<|endoftext|>", **flags},
             "unk_token": {"content": "<|endoftext|>", **flags}, "pad_token": "<|endoftext|>"}
    write_json(folder / "special_tokens_map.json", named)
    write_json(folder / "tokenizer_config.json", {
        **{key: {"__type": "AddedToken", **value} if isinstance(value, dict) else value for key, value in named.items()},
        "add_prefix_space": False, "errors": "replace", "do_lower_case": True, "model_max_length": 77,
        "tokenizer_class": "CLIPTokenizer"})
    return CLIPTokenizer.from_pretrained(folder)


def make_clip(folder, large):
    return write_clip_files(folder, *clip_model())


def make_clip_json(folder, large):
    vocabulary, merges = clip_model()
    tokenizer = Tokenizer(models.BPE(
        vocab=vocabulary, merges=merges, end_of_word_suffix="</w>", continuing_subword_prefix="", unk_token="<|endoftext|>"))
    tokenizer.normalizer = CLIP_NORMALIZER
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(CLIP_PATTERN), behavior="removed", invert=True), pre_tokenizers.ByteLevel(add_prefix_space=False)])
    frame = [(token, vocabulary[token]) for token in ("<|endoftext|>", "<|startoftext|>")]
    tokenizer.post_processor = processors.RobertaProcessing(*frame, trim_offsets=False, add_prefix_space=False)
    tokenizer.add_special_tokens([AddedToken("<|startoftext|>", normalized=True), AddedToken("<|endoftext|>", normalized=False)])
    tokenizer.save(str(folder / "tokenizer.json"), pretty=False)
    write_json(folder / "tokenizer_config.json", {
        **CLIP_FRAME, "pad_token": "<|endoftext|>", "unk_token": "<|endoftext|>", "model_max_length": 77,
        "tokenizer_class": "PreTrainedTokenizerFast"})
    return PreTrainedTokenizerFast.from_pretrained(folder)


def make_clip_real(folder, path):
    lines = gzip.open(path).read().decode("utf-8").split("\n")
    merges = [tuple(line.split()) for line in lines[1:49152 - 256 - 2 + 1]]
    direct = [*range(33, 127), *range(161, 173), *range(174, 256)]
    alphabet = [chr(byte) for byte in direct] + [chr(256 + number) for number in range(256 - len(direct))]
    vocabulary = {}
    for token in alphabet + [token + "</w>" for token in alphabet] + ["".join(pair) for pair in merges] + [*CLIP_FRAME.values()]:
        vocabulary[token] = len(vocabulary)
    return write_clip_files(folder, vocabulary, merges)


# ---- SigLIP 2 ----

def gemma_model():
    names = ["<pad>", "<eos>", "<bos>", "<unk>", "<mask>", "<unused0>", "<unused1>", "\n\n"] + [f"<0x{byte:02X}>" for byte in range(256)]
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    tokenizer.normalizer = normalizers.Sequence([normalizers.Lowercase(), normalizers.Replace(" ", "▁")])
    tokenizer.train_from_iterator(corpus(), trainers.BpeTrainer(
        vocab_size=900, special_tokens=names, limit_alphabet=130, max_token_length=12, show_progress=False))
    model = json.loads(tokenizer.to_str())["model"]
    return model["vocab"], [tuple(pair) for pair in model["merges"]]


def write_gemma(folder, normalizer, configuration):
    vocabulary, merges = gemma_model()
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=merges, unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    tokenizer.normalizer = normalizer
    tokenizer.pre_tokenizer = pre_tokenizers.Split(" ", behavior="merged_with_previous")
    tokenizer.post_processor = processors.TemplateProcessing(
        single="$A:0 <eos>:0", pair="$A:0 <eos>:0 $B:1 <eos>:1", special_tokens=[("<eos>", vocabulary["<eos>"])])
    tokenizer.add_special_tokens([AddedToken(name, normalized=False) for name in ("<pad>", "<eos>", "<bos>", "<unk>", "<mask>")])
    tokenizer.add_tokens([
        AddedToken("<unused0>", normalized=False), AddedToken("<unused1>", normalized=False, lstrip=True, rstrip=True),
        AddedToken("\n\n", normalized=False), AddedToken("new_word", normalized=True, single_word=True)])
    tokenizer.save(str(folder / "tokenizer.json"), pretty=False)
    write_json(folder / "tokenizer_config.json", {
        "bos_token": "<bos>", "eos_token": "<eos>", "pad_token": "<pad>", "unk_token": "<unk>", "add_bos_token": False,
        "add_eos_token": True, **configuration})


def make_gemma(folder, large):
    write_gemma(folder, normalizers.Replace(" ", "▁"), {
        "tokenizer_class": "Siglip2Tokenizer", "padding_side": "right", "model_max_length": 64, "do_lower_case": True})
    return Siglip2Tokenizer.from_pretrained(folder)


def make_gemma_lower(folder, large):
    write_gemma(folder, normalizers.Sequence([normalizers.Lowercase(), normalizers.Replace(" ", "▁")]), {
        "tokenizer_class": "PreTrainedTokenizerFast", "padding_side": "left"})
    return PreTrainedTokenizerFast.from_pretrained(folder)


# ---- SigLIP 1 ----

def rules():
    """A table of characters of every kind: changed, made longer, taken out, several at once, one within another."""
    table = {chr(0xFF21 + number): chr(0x41 + number) for number in range(26)}
    table |= {chr(scalar): " " for scalar in (9, 10, 13, 0xA0, 0x3000, 0x2003)} | {chr(scalar): "" for scalar in (1, 7, 0x1B, 0x200B)}
    table |= {"e\u0301": "\u00e9", "E\u0301": "\u00c9", "\ufb01": "fi", "\ufb03": "ffi", "\u2460": "1", "\u2122": "TM", "\uff76": "\u30ab",
              "\uff76\uff9e": "\u30ac", "\u212b": "\u00c5", "A\u030a": "\u00c5", "\u2026": "...", "\ufdfa": "\u0635\u0644\u0649 \u0627\u0644\u0644\u0647"}
    return "".join(
        " ".join(f"{ord(c):X}" for c in source) + "\t" + " ".join(f"{ord(c):X}" for c in target) + "\n" for source, target in table.items())


def sentencepiece_model(folder, large):
    scratch = folder / "rules.tsv"
    scratch.write_text(rules())
    # The model keeps this name.
    table = {"normalization_rule_name": "nmt_nfkc"} if large else {"normalization_rule_tsv": os.path.relpath(scratch)}
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(text.lower() for text in corpus()), model_writer=model, vocab_size=600, model_type="unigram",
        pad_id=-1, unk_id=2, eos_id=1, bos_id=0, character_coverage=0.98, user_defined_symbols=["snowdog"], minloglevel=2, **table)
    scratch.unlink()
    return model.getvalue()


def make_siglip(folder, large):
    (folder / "spiece.model").write_bytes(sentencepiece_model(folder, large))
    flags = {"lstrip": True, "normalized": False, "rstrip": True, "single_word": False, "special": True}
    write_json(folder / "tokenizer_config.json", {
        "added_tokens_decoder": {"1": {"content": "</s>", **flags}, "2": {"content": "<unk>", **flags}},
        "additional_special_tokens": [], "do_lower_case": True, "eos_token": "</s>", "model_max_length": 64, "pad_token": "</s>",
        "sp_model_kwargs": {}, "tokenizer_class": "SiglipTokenizer", "unk_token": "<unk>"})
    return SiglipTokenizer.from_pretrained(folder)


def expected(tokenizer, texts, padded):
    ids = [tokenizer(text)["input_ids"] for text in texts]
    filled = [tokenizer(text, padding="max_length", truncation=True, max_length=LIMIT)["input_ids"] for text in texts[:padded]]
    return {"ids": ids, "limit": LIMIT, "padded": filled}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", nargs="?", type=pathlib.Path)
    parser.add_argument("count", nargs="?", type=int, default=5000)
    parser.add_argument("--clip")
    options = parser.parse_args()
    output, large = options.folder or OUTPUT, options.folder is not None
    output.mkdir(parents=True, exist_ok=True)
    cases = texts(options.count if large else 40, 7 if large else 0)
    if large:
        scalars = [chr(scalar) for scalar in range(0x110000) if not 0xD800 <= scalar < 0xE000 and unicodedata.category(chr(scalar)) != "Co"]
        assigned = [scalar for scalar in scalars if ord(scalar) < 0x33480 or 0xE0000 <= ord(scalar) < 0xE0200]
        cases += [f"a{c}b {c}A {c}" for c in assigned if not (0x3400 < ord(c) < 0x9F00 or 0xAC10 < ord(c) < 0xD700 or ord(c) > 0x1FFFF)]
        cases += ["ab" * 5000, "a" * 10000, "\u00e9" * 10000, "a b " * 2500, "\u2581" * 10000]
    write_json(output / "texts.json", cases)
    makers = {"clip": make_clip, "clip_json": make_clip_json, "gemma": make_gemma, "gemma_lower": make_gemma_lower,
              "siglip": make_siglip}
    if options.clip:
        makers["clip_real"] = lambda folder, _: make_clip_real(folder, options.clip)
    for name, make in makers.items():
        folder = output / name
        folder.mkdir(exist_ok=True)
        write_json(folder / "expected.json", expected(make(folder, large), cases, len(cases) if large else 60))
        print(name, len(cases), file=sys.stderr)


if __name__ == "__main__":
    main()
