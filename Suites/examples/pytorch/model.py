#!/usr/bin/env python3
"""scalebench's transformer in PyTorch, with every option of a candidate's `model`, and its exported weights.

`load(FOLDER)` gives the model of a finished run's folder (config.json and model.safetensors). Called as a program it
prints that model's loss on tokens as `scalebench data export` writes them:

    python3 model.py .scalebench/runs/<id> val.bin --type uint16 --sequences 512
"""
import json
import math
import pathlib

import numpy as np
import torch
import torch.nn.functional as F

from scalebench_random import dropout_factors

EPSILON = 1e-5


def tensors(config):
    """Name, shape and group of every trained tensor, in scalebench's order. Weights are [inputs, outputs]."""
    d, f = config["width"], config["mlpWidth"]
    channels = d // config["heads"]
    found = []

    def linear(name, inputs, outputs):
        found.append((name + ".weight", (inputs, outputs), "matrices"))
        if config["linearBias"]:
            found.append((name + ".bias", (outputs,), "vectors"))

    def norm(name):
        found.append((name + ".weight", (d,), "vectors"))
        if config["normBias"]:
            found.append((name + ".bias", (d,), "vectors"))

    found.append(("wte.weight", (config["vocabularySize"], d), "embeddings"))
    if config["positions"] == "learned":
        found.append(("wpe.weight", (config["contextLength"], d), "embeddings"))
    for layer in range(config["layers"]):
        h = f"h.{layer}."
        norm(h + "ln_1")
        linear(h + "attn.c_attn", d, (config["heads"] + 2 * config["keyValueHeads"]) * channels)
        if config["queryKeyNorm"]:
            found.append((h + "attn.q_norm.weight", (channels,), "vectors"))
            found.append((h + "attn.k_norm.weight", (channels,), "vectors"))
        linear(h + "attn.c_proj", d, d)
        if config["block"] == "sequential":
            norm(h + "ln_2")
        linear(h + "mlp.c_fc", d, 2 * f if config["activation"] in ("geGLU", "swiGLU") else f)
        linear(h + "mlp.c_proj", f, d)
    norm("ln_f")
    if config["head"] == "untied":
        found.append(("lm_head.weight", (config["vocabularySize"], d), "head"))
    return found


ACTIVATIONS = {
    "geluTanh": lambda x: F.gelu(x, approximate="tanh"),
    "gelu": F.gelu,
    "reluSquared": lambda x: F.relu(x).square(),
    "silu": F.silu,
    "geGLU": lambda x: F.gelu(x.chunk(2, -1)[0]) * x.chunk(2, -1)[1],
    "swiGLU": lambda x: F.silu(x.chunk(2, -1)[0]) * x.chunk(2, -1)[1],
}


class Model:
    """`config` is the resolved `model` of a run, `parameters` its tensors by name. Training sets `draw` to what decides
    what dropout drops: the seed, the step, counted from 0, and the place of the first position in the batch. Without it
    nothing is dropped."""

    def __init__(self, config, parameters):
        self.config, self.parameters = config, parameters
        self.draw = None
        self.channels = config["width"] // config["heads"]

    def linear(self, name, x):
        return F.linear(x, self.parameters[name + ".weight"].T, self.parameters.get(name + ".bias"))

    def norm(self, name, x):
        gain, bias = self.parameters[name + ".weight"], self.parameters.get(name + ".bias")
        if self.config["norm"] == "layerNorm":
            return F.layer_norm(x, gain.shape, gain, bias, EPSILON)
        x = F.rms_norm(x, gain.shape, gain, EPSILON)
        return x if bias is None else x + bias

    def rotated(self, x):
        """Pairs (j, j + c/2) as complex numbers, times e^(i · position · frequency)."""
        if self.config["positions"] != "rotary":
            return x
        half = self.channels // 2
        frequencies = self.config["rotaryBase"] ** (-torch.arange(half, dtype=torch.float64) / half)
        turns = torch.outer(torch.arange(x.shape[-2], dtype=torch.float64), frequencies).to(x.device)
        wide = x.float()
        turned = torch.complex(wide[..., :half], wide[..., half:]) * torch.polar(torch.ones_like(turns), turns)
        return torch.cat([turned.real, turned.imag], -1).to(x.dtype)

    def attention(self, name, x):
        config = self.config
        sizes = [config["heads"], config["keyValueHeads"], config["keyValueHeads"]]
        vectors = self.linear(name + ".c_attn", x).unflatten(-1, (sum(sizes), self.channels)).transpose(1, 2)
        q, k, v = vectors.split(sizes, 1)
        if config["queryKeyNorm"]:
            q = F.rms_norm(q, (self.channels,), self.parameters[name + ".q_norm.weight"], EPSILON)
            k = F.rms_norm(k, (self.channels,), self.parameters[name + ".k_norm.weight"], EPSILON)
        scale = self.channels ** (-1.0 if config["attentionScale"] == "inverse" else -0.5)
        mixed = F.scaled_dot_product_attention(
            self.rotated(q), self.rotated(k), v, is_causal=True, scale=scale,
            enable_gqa=config["keyValueHeads"] != config["heads"])
        return self.linear(name + ".c_proj", mixed.transpose(1, 2).flatten(2))

    def mlp(self, name, x):
        return self.linear(name + ".c_proj", ACTIVATIONS[self.config["activation"]](self.linear(name + ".c_fc", x)))

    def dropped(self, site, x):
        rate = self.config.get("dropout", 0.0)
        if rate == 0 or self.draw is None:
            return x
        seed, step, first = self.draw
        factors = dropout_factors(rate, seed, step, site, range(first, first + x.shape[0] * x.shape[1]), x.shape[2])
        return x * torch.from_numpy(factors).view(x.shape).to(x)

    def losses(self, tokens):
        """Nats of every position, [sequences, contextLength], for `tokens` [sequences, contextLength + 1]."""
        config, scale = self.config, self.config["residualScale"]
        x = self.parameters["wte.weight"][tokens[:, :-1]]
        if config["positions"] == "learned":
            x = x + self.parameters["wpe.weight"]
        x = self.dropped(0, x)
        for layer in range(config["layers"]):
            h, parallel = f"h.{layer}.", config["block"] == "parallel"
            normed = self.norm(h + "ln_1", x)
            x = x + scale * self.dropped(2 * layer + 1, self.attention(h + "attn", normed))
            normed = normed if parallel else self.norm(h + "ln_2", x)
            x = x + scale * self.dropped(2 * layer + 2, self.mlp(h + "mlp", normed))
        head = self.parameters["wte.weight" if config["head"] == "tied" else "lm_head.weight"]
        logits = config["logitScale"] * (self.norm("ln_f", x) @ head.T)
        targets = tokens[:, 1:]
        return F.cross_entropy(logits.flatten(0, 1), targets.flatten(), reduction="none").view(targets.shape)


def load(folder):
    """The model that a finished run left in its folder."""
    folder = pathlib.Path(folder)
    config = json.loads((folder / "config.json").read_text())["scalebench"]
    data = (folder / "model.safetensors").read_bytes()
    start = 8 + int.from_bytes(data[:8], "little")
    header, parameters = json.loads(data[8:start]), {}
    for name, shape, _ in tensors(config):
        begin, end = header[name]["data_offsets"]
        values = np.frombuffer(data[start + begin:start + end], "<f4").copy()
        parameters[name] = torch.from_numpy(values).view(shape)
    return Model(config, parameters)


if __name__ == "__main__":
    import argparse

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder")
    parser.add_argument("tokens")
    parser.add_argument("--type", choices=["uint16", "uint32"], default="uint16")
    parser.add_argument("--sequences", type=int, default=512)
    options = parser.parse_args()
    model = load(options.folder)
    context = model.config["contextLength"]
    stream = np.fromfile(options.tokens, "<u2" if options.type == "uint16" else "<u4").astype(np.int64)
    count = min(options.sequences, (len(stream) - 1) // context)
    total = 0.0
    with torch.no_grad():
        for first in range(0, count, 64):
            starts = range(first * context, min(first + 64, count) * context, context)
            batch = np.stack([stream[s:s + context + 1] for s in starts])
            total += model.losses(torch.from_numpy(batch)).double().sum().item()
    print(total / (count * context))
