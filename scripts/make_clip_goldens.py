#!/usr/bin/env python3
"""Makes Tests/PretrainedEncodersTests/Resources/Folders: small random CLIPs and SigLIPs in the forms that people have
them in, each with goldens.safetensors, which holds what Hugging Face's `transformers` computes with them in float64.

    clip_old        OpenAI's form: quick_gelu, eos_token_id 2 (the pooled place is that of the greatest token)
    clip_new        LAION's form: gelu, eos_token_id given, `text_config_dict`, one layer, pixels that no patch has
    clip_shards     clip_new as safetensors in three parts with an index
    clip_bin        clip_new as pytorch_model.bin in two parts with an index, with old files' position_ids
    clip_half       clip_new in float16
    siglip          SigLIP
    siglip2         SigLIP 2's form: other patches, a text tower narrower than the picture tower
    clip_text       CLIPTextModelWithProjection, without the tower's name before the parameters' names
    clip_vision     CLIPVisionModel, without a projection
    siglip_text     SiglipTextModel, with the tower's name
    siglip_vision   SiglipVisionModel

Usage: python3 scripts/make_clip_goldens.py    (transformers 5, torch 2, safetensors)
"""
import json
import pathlib
import shutil

import torch
from safetensors.torch import load_file, save_file
from transformers import (CLIPConfig, CLIPModel, CLIPTextConfig, CLIPTextModelWithProjection, CLIPVisionConfig,
                          CLIPVisionModel, SiglipConfig, SiglipModel, SiglipTextConfig, SiglipTextModel,
                          SiglipVisionConfig, SiglipVisionModel, logging)

from tensor_files import write_safetensors

logging.set_verbosity_error()
logging.disable_progress_bar()
FOLDERS = pathlib.Path(__file__).resolve().parent.parent / "Tests/PretrainedEncodersTests/Resources/Folders"
TEXT = dict(vocab_size=100, hidden_size=16, intermediate_size=20, num_hidden_layers=2, num_attention_heads=2,
            max_position_embeddings=12, bos_token_id=98, pad_token_id=1)
VISION = dict(hidden_size=16, intermediate_size=20, num_hidden_layers=2, num_attention_heads=2, image_size=8,
              patch_size=4)
END = 99
# What the files of the Hub hold and no computation depends on.
UNUSED = ("transformers_version", "dtype", "initializer_range", "initializer_factor", "logit_scale_init_value")


def lively(model, seed):
    """Larger numbers than models begin with, norms and biases too, so that every part shows in the output."""
    torch.manual_seed(seed)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if name not in ("logit_scale", "logit_bias"):
                parameter += torch.randn_like(parameter) * (0.2 if parameter.dim() > 1 else 0.3)
        if hasattr(model, "logit_bias"):
            model.logit_scale.fill_(1.5), model.logit_bias.fill_(-2.5)
    return model.eval()


def texts(model_type, seed):
    """Texts of several lengths, padded as the family's tokenizers do it."""
    torch.manual_seed(seed)
    rows = []
    for length in (3, 12, 7, 5, 7):
        row = [98] + torch.randint(2, 98, (length - 2,)).tolist() + [END]
        rows.append(row + [1 if model_type == "siglip" else END] * (12 - length))
    return torch.tensor(rows)


def pixels(size, seed):
    torch.manual_seed(seed)
    return torch.randn(3, 3, size, size)


def saved(model, folder):
    model.save_pretrained(FOLDERS / folder)
    path = FOLDERS / folder / "config.json"
    strip = lambda value: {key: strip(part) for key, part in value.items() if key not in UNUSED} if isinstance(
        value, dict) else value
    path.write_text(json.dumps(strip(json.loads(path.read_text()))) + "\n")


def goldens(folder, **tensors):
    """Written as float32: nothing that is compared needs more."""
    tensors = {name: value.float() if value.is_floating_point() else value for name, value in tensors.items()}
    write_safetensors(FOLDERS / folder / "goldens.safetensors", tensors)


def text_side(model, ids):
    out = model.text_model(ids)
    vectors = model.get_text_features(ids)
    return {"ids": ids, "states": out.last_hidden_state,
            "text_vectors": getattr(vectors, "pooler_output", vectors)}


def vision_side(model, pictures):
    vision = model.vision_model
    states = vision(pictures).last_hidden_state
    vectors = model.get_image_features(pictures)
    if hasattr(model, "visual_projection"):
        patches = states[:, 1:]
        projected = model.visual_projection(vision.post_layernorm(patches))
    else:
        patches = states
        projected = vision.head(patches.reshape(-1, 1, patches.shape[-1])).reshape(patches.shape)
    return {"pixels": pictures, "patches": patches, "projected_patches": projected,
            "picture_vectors": getattr(vectors, "pooler_output", vectors)}


@torch.no_grad()
def pair(folder, model, seed):
    saved(model, folder)
    model = model.double()
    kind = model.config.model_type
    ids, pictures = texts(kind, seed), pixels(model.config.vision_config.image_size, seed).double()
    out = model(input_ids=ids, pixel_values=pictures)
    goldens(folder, **text_side(model, ids), **vision_side(model, pictures), logits=out.logits_per_image)


def write(folder, name, value):
    (FOLDERS / folder).mkdir(exist_ok=True)
    (FOLDERS / folder / name).write_text(json.dumps(value) + "\n")


def in_parts(folder, state, count, file, save):
    parts = [dict(list(state.items())[part::count]) for part in range(count)]
    names = [f"{file[0]}-{part + 1:05}-of-{count:05}.{file[1]}" for part in range(count)]
    (FOLDERS / folder).mkdir()
    for name, part in zip(names, parts):
        save(part, FOLDERS / folder / name)
    write(folder, f"{file[0]}.{file[1]}.index.json",
          {"metadata": {}, "weight_map": {key: name for name, part in zip(names, parts) for key in part}})


@torch.no_grad()
def main():
    shutil.rmtree(FOLDERS, ignore_errors=True)
    clip = CLIPConfig(text_config=TEXT | {"eos_token_id": 2, "hidden_act": "quick_gelu"},
                      vision_config=VISION | {"hidden_act": "quick_gelu"}, projection_dim=8)
    pair("clip_old", lively(CLIPModel(clip), 1), 1)

    clip = CLIPConfig(text_config=TEXT | {"eos_token_id": END, "hidden_act": "gelu", "num_hidden_layers": 1},
                      vision_config=VISION | {"hidden_act": "gelu", "num_hidden_layers": 1, "image_size": 10},
                      projection_dim=8)
    pair("clip_new", lively(CLIPModel(clip), 2), 2)
    path = FOLDERS / "clip_new/config.json"
    config = json.loads(path.read_text())
    # As of 2022: what is in the `_dict` counts.
    config["text_config_dict"] = config["text_config"]
    config["text_config"] = config["text_config"] | {"hidden_act": "quick_gelu", "eos_token_id": 2}
    write("clip_new", "config.json", config)

    state = load_file(FOLDERS / "clip_new/model.safetensors")
    in_parts("clip_shards", state, 3, ("model", "safetensors"), save_file)
    buffers = {"text_model.embeddings.position_ids": torch.arange(12)[None],
               "vision_model.embeddings.position_ids": torch.arange(5)[None]}
    in_parts("clip_bin", state | buffers, 2, ("pytorch_model", "bin"), torch.save)
    (FOLDERS / "clip_half").mkdir()
    save_file({name: value.half() for name, value in state.items()}, FOLDERS / "clip_half/model.safetensors")

    pair("siglip", lively(SiglipModel(SiglipConfig(text_config=TEXT, vision_config=VISION)), 3), 3)
    pair("siglip2", lively(SiglipModel(SiglipConfig(
        text_config=TEXT | {"hidden_size": 8, "projection_size": 16, "num_hidden_layers": 1},
        vision_config=VISION | {"patch_size": 2, "num_hidden_layers": 1})), 4), 4)

    model = lively(CLIPTextModelWithProjection(CLIPTextConfig(**TEXT, eos_token_id=END, projection_dim=8)), 5)
    saved(model, "clip_text")
    path = FOLDERS / "clip_text/model.safetensors"
    save_file({name.removeprefix("text_model."): value for name, value in load_file(path).items()}, path)
    ids = texts("clip", 5)
    out = model.double()(ids)
    goldens("clip_text", ids=ids, states=out.last_hidden_state, text_vectors=out.text_embeds)

    model = lively(CLIPVisionModel(CLIPVisionConfig(**VISION)), 6)
    saved(model, "clip_vision")
    pictures = pixels(8, 6).double()
    out = model.double()(pictures)
    goldens("clip_vision", pixels=pictures, patches=out.last_hidden_state[:, 1:], picture_vectors=out.pooler_output)

    model = lively(SiglipTextModel(SiglipTextConfig(**TEXT)), 7)
    saved(model, "siglip_text")
    path = FOLDERS / "siglip_text/model.safetensors"
    save_file({"text_model." + name: value for name, value in load_file(path).items()}, path)
    ids = texts("siglip", 7)
    out = model.double()(ids)
    goldens("siglip_text", ids=ids, states=out.last_hidden_state, text_vectors=out.pooler_output)

    model = lively(SiglipVisionModel(SiglipVisionConfig(**VISION)), 8)
    saved(model, "siglip_vision")
    pictures = pixels(8, 8).double()
    out = model.double()(pictures)
    goldens("siglip_vision", pixels=pictures, patches=out.last_hidden_state, picture_vectors=out.pooler_output)


if __name__ == "__main__":
    main()
