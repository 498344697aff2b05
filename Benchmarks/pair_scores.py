"""The score S [images, captions] of AsCL in PyTorch, in three forms that agree: what `ascl` is timed against.

  modules   an attention module for each direction, called on every pair, projections and all: how papers write it
  cached    every projection once an item; attended vectors and the output projection for every pair
  algebra   no attended vector: sums over tables made once an item, arranged as few large products

All take v [I, K, D] regions, g [I, D] global vectors, w [T, L, D] words, mask [T, L] (true at the real words, which
come first), and the weights by their names in a checkpoint. The call makes what a form keeps of each item and returns a
function that gives S from it, so that the two can be timed apart. `peers.py --what agree` holds them to each other.
"""
import math

import torch
import torch.nn.functional as F
from torch.utils.checkpoint import checkpoint

EPSILON = 1e-12


# --- What the first two forms share ---


def join(v, w, attended_words, attended_regions, image, weights, local_weight):
    """S of images [I] against one caption, from the attended vectors and the projected global vectors `image`. w and
    attended_regions hold real words only."""
    local = F.cosine_similarity(v, attended_words, dim=-1).mean(1)
    local = local + F.cosine_similarity(w, attended_regions, dim=-1).mean(1)
    caption = F.linear(attended_words.mean(1), weights["fusion.global.text.weight"])
    image = image + F.linear(attended_regions.mean(1), weights["fusion.global.attended_image.weight"])
    return local_weight * local / 2 + (1 - local_weight) * F.cosine_similarity(image, caption, dim=-1)


def split_heads(x, heads):
    """[items, length, D] -> [items, heads, length, D / heads]"""
    return x.unflatten(-1, (heads, -1)).transpose(1, 2)


def attend(queries, values, output):
    """softmax(q y^T) y over split heads, joined and projected. queries [.., heads, M, d] are already scaled."""
    attended = (queries @ values.transpose(-1, -2)).softmax(-1) @ values
    return F.linear(attended.transpose(1, 2).flatten(2), output)


# --- modules ---


def cross_attention(queries, targets, weights, name, heads):
    """Multi-head cross-attention with keys and values shared, as a module does it: nothing is kept between calls."""
    q = split_heads(F.linear(queries, weights[f"{name}.query.weight"]), heads)
    y = split_heads(F.linear(targets, weights[f"{name}.key_value.weight"]), heads)
    return attend(q / math.sqrt(q.shape[-1]), y, weights[f"{name}.output.weight"])


def modules(v, g, w, mask, weights, heads, local_weight, recompute=False):
    """With `recompute`, a caption's activations are dropped and computed again in its backward pass, so that memory
    does not grow with the captions; this costs one forward pass more."""

    def column(v, g, words):
        words = words.expand(len(v), -1, -1)
        attended_words = cross_attention(v, words, weights, "fusion.image_to_text", heads)
        attended_regions = cross_attention(words, v, weights, "fusion.text_to_image", heads)
        image = F.linear(g, weights["fusion.global.image.weight"])
        return join(v, words, attended_words, attended_regions, image, weights, local_weight)

    def scores():
        columns = []
        for index, length in enumerate(mask.sum(1).tolist()):
            arguments = (v, g, w[index : index + 1, :length])
            columns.append(checkpoint(column, *arguments, use_reentrant=False) if recompute else column(*arguments))
        return torch.stack(columns, 1)

    return scores


# --- cached ---


def cached(v, g, w, mask, weights, heads, local_weight):
    scale = 1 / math.sqrt(v.shape[-1] // heads)
    project = lambda x, name: split_heads(F.linear(x, weights[f"fusion.{name}.weight"]), heads)
    v_query, v_value = project(v, "image_to_text.query") * scale, project(v, "text_to_image.key_value")
    w_query, w_value = project(w, "text_to_image.query") * scale, project(w, "image_to_text.key_value")
    image = F.linear(g, weights["fusion.global.image.weight"])

    def scores():
        columns = []
        for index, length in enumerate(mask.sum(1).tolist()):
            one = slice(index, index + 1)
            attended_words = attend(v_query, w_value[one, :, :length], weights["fusion.image_to_text.output.weight"])
            attended_regions = attend(w_query[one, :, :length], v_value, weights["fusion.text_to_image.output.weight"])
            words = w[one, :length].expand(len(v), -1, -1)
            columns.append(join(v, words, attended_words, attended_regions, image, weights, local_weight))
        return torch.stack(columns, 1)

    return scores


# --- algebra ---


def item_tables(x, direction_as_query, direction_as_target, global_name, weights, heads):
    """What a pair needs of one item, whatever its partner. x [B, n, D] are its vectors.

    query, pulled [B, n, h, d]: what is multiplied with the partner's values to give attention logits, and to give the
    product of a unit vector with what it attends to (its pull-back through the output projection).
    values [B, n, h, d]; gram [B, hn, hn] of the values seen through the output projection; globals [B, hn, D].
    """
    d = x.shape[-1] // heads
    per_head = lambda y: y.unflatten(-1, (heads, d))
    weight = lambda direction, name: weights[f"fusion.{direction}.{name}.weight"]
    query = per_head(F.linear(x, weight(direction_as_query, "query"))) / math.sqrt(d)
    pulled = per_head(F.normalize(x, dim=-1) @ weight(direction_as_query, "output"))
    values = per_head(F.linear(x, weight(direction_as_target, "key_value")))
    output = weight(direction_as_target, "output").unflatten(-1, (heads, d))
    seen = torch.einsum("bnhd,ohd->bhno", values, output).flatten(1, 2)
    seen_globally = F.linear(seen, weights[f"fusion.global.{global_name}.weight"])
    return query, pulled, values, seen @ seen.transpose(1, 2), seen_globally


def one_direction(queries, pulled, values, gram, target_mask=None):
    """Attention of every vector of A items to B items' vectors, B outermost.

    queries, pulled [A, m, h, d]; values [B, n, h, d]; gram [B, hn, hn] -> cosines [B, A, m], weights [B, A, m, hn]
    """
    logits = torch.einsum("amhd,bnhd->bamhn", queries, values)
    if target_mask is not None:
        logits = logits.masked_fill(~target_mask[:, None, None, None], -torch.inf)
    weights = logits.softmax(-1).flatten(3)
    product = (weights * torch.einsum("amhd,bnhd->bamhn", pulled, values).flatten(3)).sum(-1)
    flat = weights.flatten(1, 2)
    square = ((flat @ gram) * flat).sum(-1).view_as(product)
    return product / square.clamp_min(EPSILON).sqrt(), weights


def algebra(v, g, w, mask, weights, heads, local_weight):
    image = item_tables(v, "image_to_text", "text_to_image", "attended_image", weights, heads)
    caption = item_tables(w, "text_to_image", "image_to_text", "text", weights, heads)
    image_itself = F.linear(g, weights["fusion.global.image.weight"])[:, None]
    share = mask.to(v.dtype) / mask.sum(1, keepdim=True)

    def scores():
        cosines, attention = one_direction(*image[:2], *caption[2:4], mask)  # [T, I, K], [T, I, K, hL]
        local = cosines.mean(-1).T
        caption_global = (attention.mean(2) @ caption[4]).transpose(0, 1)  # [I, T, D]

        cosines, attention = one_direction(*caption[:2], *image[2:4])  # [I, T, L], [I, T, L, hK]
        local = local + (cosines * share).sum(-1)
        attended = torch.einsum("tl,itlx->itx", share, attention)
        image_global = attended @ image[4] + image_itself

        return local_weight * local / 2 + (1 - local_weight) * F.cosine_similarity(image_global, caption_global, dim=-1)

    return scores


FORMS = {"modules": modules, "cached": cached, "algebra": algebra}
