#!/usr/bin/env python3
"""Six small architectures in PyTorch, double precision: every gradient of the first step and twenty steps of training.

Writes torch_NAME.json beside itself, one file an architecture. Weights and tokens are closed formulas (see
Formulas.swift), so nothing else is needed to repeat the run.

  pip install torch==2.13.0; python3 torch_trace.py
"""
import json
import math
import pathlib

import torch
import torch.nn.functional as F

STEPS, SEQUENCES, AMPLITUDE, EPSILON = 20, 3, 0.4, 1e-5

MODEL = dict(width=8, layers=2, heads=2, contextLength=12, vocabularySize=13, mlpWidth=12, keyValueHeads=2,
             activation="geluTanh", norm="layerNorm", linearBias=True, normBias=True, positions="learned",
             rotaryBase=10000.0, queryKeyNorm=False, attentionScale="inverseSquareRoot", block="sequential",
             head="tied", initialization="gpt2", residualScale=1.0, logitScale=1.0)
OPTIMIZER = dict(type="adamW", learningRate=0.01, beta1=0.9, beta2=0.95, epsilon=1e-8, momentum=0.9, weightDecay=0.1,
                 gradientClipping=1.0)
GROUPS = dict(embeddings=(1.0, 1.0), matrices=(1.0, 1.0), head=(1.0, 1.0), vectors=(1.0, 0.0))

# name: what differs in the model, in the optimizer, in the groups (factors of learning rate and weight decay)
ARCHITECTURES = {
    "gpt2": ({}, {}, {}),
    "llama": (dict(width=12, heads=6, keyValueHeads=3, mlpWidth=9, activation="swiGLU", norm="rmsNorm",
                   linearBias=False, normBias=False, positions="rotary", head="untied"), {}, {}),
    "parallel": (dict(block="parallel", activation="silu", positions="rotary", rotaryBase=100.0, head="untied"),
                 dict(gradientClipping=0.0, beta2=0.99), dict(head=(0.5, 2.0))),
    "query_key_norm": (dict(activation="reluSquared", queryKeyNorm=True, positions="rotary", norm="rmsNorm",
                            linearBias=False, normBias=False, head="untied"), {}, dict(vectors=(0.5, 1.0))),
    "mup": (dict(activation="geGLU", norm="rmsNorm", attentionScale="inverse", residualScale=math.sqrt(0.5),
                 logitScale=0.5),
            dict(weightDecay=0.05, gradientClipping=0.5), dict(embeddings=(2.0, 0.0), matrices=(0.5, 2.0))),
    "no_positions_sgd": (dict(width=12, heads=3, keyValueHeads=1, activation="gelu", normBias=False,
                              positions="none"),
                         dict(type="sgd", learningRate=0.05), dict(embeddings=(0.5, 1.0), vectors=(2.0, 0.0))),
}


class Model:
    def __init__(self, config):
        self.c = config
        self.channels = config["width"] // config["heads"]
        self.p, self.groups = {}, {}
        self.declare()

    # -- trained tensors ----------------------------------------------------------------------------------------------
    def declare(self):
        c = self.c
        d, f = c["width"], c["mlpWidth"]
        gated = c["activation"] in ("geGLU", "swiGLU")
        self.add("wte.weight", (c["vocabularySize"], d), "embeddings")
        if c["positions"] == "learned":
            self.add("wpe.weight", (c["contextLength"], d), "embeddings")
        for layer in range(c["layers"]):
            h = f"h.{layer}."
            self.add_norm(h + "ln_1")
            self.add_linear(h + "attn.c_attn", d, (c["heads"] + 2 * c["keyValueHeads"]) * self.channels)
            if c["queryKeyNorm"]:
                self.add(h + "attn.q_norm.weight", (self.channels,), "vectors")
                self.add(h + "attn.k_norm.weight", (self.channels,), "vectors")
            self.add_linear(h + "attn.c_proj", d, d)
            if c["block"] == "sequential":
                self.add_norm(h + "ln_2")
            self.add_linear(h + "mlp.c_fc", d, 2 * f if gated else f)
            self.add_linear(h + "mlp.c_proj", f, d)
        self.add_norm("ln_f")
        if c["head"] == "untied":
            self.add("lm_head.weight", (c["vocabularySize"], d), "head")

    def add(self, name, shape, group):
        gain = 1.0 if len(shape) == 1 and name.endswith(".weight") else 0.0
        t = len(self.p)
        values = [gain + AMPLITUDE * math.sin(1 + 0.7 * t + 0.37 * i**2) for i in range(math.prod(shape))]
        self.p[name] = torch.tensor(values, dtype=torch.float32).double().view(shape).requires_grad_()
        self.groups[name] = group

    def add_linear(self, name, inputs, outputs):
        self.add(name + ".weight", (inputs, outputs), "matrices")
        if self.c["linearBias"]:
            self.add(name + ".bias", (outputs,), "vectors")

    def add_norm(self, name):
        self.add(name + ".weight", (self.c["width"],), "vectors")
        if self.c["normBias"]:
            self.add(name + ".bias", (self.c["width"],), "vectors")

    # -- layers -------------------------------------------------------------------------------------------------------
    def linear(self, name, x):
        return F.linear(x, self.p[name + ".weight"].T, self.p.get(name + ".bias"))

    def norm(self, name, x):
        gain, bias = self.p[name + ".weight"], self.p.get(name + ".bias")
        if self.c["norm"] == "layerNorm":
            return F.layer_norm(x, gain.shape, gain, bias, EPSILON)
        x = F.rms_norm(x, gain.shape, gain, EPSILON)
        return x if bias is None else x + bias

    def rotated(self, x):
        """Pairs (j, j + c/2) as complex numbers, times e^(i · position · frequency)."""
        if self.c["positions"] != "rotary":
            return x
        half = self.channels // 2
        frequencies = self.c["rotaryBase"] ** (-torch.arange(half, dtype=torch.float64) / half)
        turns = torch.outer(torch.arange(x.shape[-2], dtype=torch.float64), frequencies)
        turned = torch.complex(x[..., :half], x[..., half:]) * torch.polar(torch.ones_like(turns), turns)
        return torch.cat([turned.real, turned.imag], -1)

    def attention(self, name, x):
        c, sizes = self.c, [self.c["heads"], self.c["keyValueHeads"], self.c["keyValueHeads"]]
        vectors = self.linear(name + ".c_attn", x).unflatten(-1, (sum(sizes), self.channels)).transpose(1, 2)
        q, k, v = vectors.split(sizes, 1)
        if c["queryKeyNorm"]:
            q = F.rms_norm(q, (self.channels,), self.p[name + ".q_norm.weight"], EPSILON)
            k = F.rms_norm(k, (self.channels,), self.p[name + ".k_norm.weight"], EPSILON)
        scale = self.channels ** (-1.0 if c["attentionScale"] == "inverse" else -0.5)
        mixed = F.scaled_dot_product_attention(
            self.rotated(q), self.rotated(k), v, is_causal=True, scale=scale, enable_gqa=True)
        return self.linear(name + ".c_proj", mixed.transpose(1, 2).flatten(2))

    def mlp(self, name, x):
        activations = {
            "geluTanh": lambda x: F.gelu(x, approximate="tanh"), "gelu": F.gelu, "silu": F.silu,
            "reluSquared": lambda x: F.relu(x).square(),
            "geGLU": lambda x: F.gelu(x.chunk(2, -1)[0]) * x.chunk(2, -1)[1],
            "swiGLU": lambda x: F.silu(x.chunk(2, -1)[0]) * x.chunk(2, -1)[1]}
        return self.linear(name + ".c_proj", activations[self.c["activation"]](self.linear(name + ".c_fc", x)))

    def loss(self, tokens):
        c, s = self.c, self.c["residualScale"]
        x = self.p["wte.weight"][tokens[:, :-1]]
        if c["positions"] == "learned":
            x = x + self.p["wpe.weight"]
        for layer in range(c["layers"]):
            h = f"h.{layer}."
            if c["block"] == "parallel":
                normed = self.norm(h + "ln_1", x)
                x = x + s * self.attention(h + "attn", normed) + s * self.mlp(h + "mlp", normed)
            else:
                x = x + s * self.attention(h + "attn", self.norm(h + "ln_1", x))
                x = x + s * self.mlp(h + "mlp", self.norm(h + "ln_2", x))
        head = self.p["wte.weight" if c["head"] == "tied" else "lm_head.weight"]
        logits = c["logitScale"] * (self.norm("ln_f", x) @ head.T)
        return F.cross_entropy(logits.flatten(0, 1), tokens[:, 1:].flatten())


def batch(config, step):
    return torch.tensor([[(j * j + 3 * j + 5 * s + 7 * step + j * s // 3) % config["vocabularySize"]
                          for j in range(config["contextLength"] + 1)] for s in range(SEQUENCES)])


def update_rule(model, settings, groups):
    """Returns the step function; SGD's decay is decoupled, which torch.optim.SGD's is not."""
    named = [(factors, [p for name, p in model.p.items() if model.groups[name] == group])
             for group, factors in groups.items()]
    rated = [dict(params=params, lr=settings["learningRate"] * rate, weight_decay=settings["weightDecay"] * decay)
             for (rate, decay), params in named if params]
    if settings["type"] == "adamW":
        return torch.optim.AdamW(
            rated, betas=(settings["beta1"], settings["beta2"]), eps=settings["epsilon"]).step
    sgd = torch.optim.SGD([dict(group, weight_decay=0.0) for group in rated], momentum=settings["momentum"])

    def step():
        with torch.no_grad():
            for group in rated:
                for p in group["params"]:
                    p.mul_(1 - group["lr"] * group["weight_decay"])
        sgd.step()
    return step


def trace(model_changes, optimizer_changes, group_changes):
    config, settings, groups = MODEL | model_changes, OPTIMIZER | optimizer_changes, GROUPS | group_changes
    model = Model(config)
    parameters = list(model.p.values())
    step_optimizer = update_rule(model, settings, groups)
    losses, norms, gradients = [], [], {}
    for step in range(STEPS):
        for p in parameters:
            p.grad = None
        loss = model.loss(batch(config, step))
        loss.backward()
        if step == 0:
            gradients = {name: p.grad.flatten().tolist() for name, p in model.p.items()}
        clip = settings["gradientClipping"] or math.inf
        norms.append(torch.nn.utils.clip_grad_norm_(parameters, clip).item())
        step_optimizer()
        losses.append(loss.item())
    factors = {name: dict(learningRate=rate, weightDecay=decay) for name, (rate, decay) in groups.items()}
    return dict(madeWith=f"torch {torch.__version__.split('+')[0]}, double precision", sequences=SEQUENCES,
                amplitude=AMPLITUDE, model=config, optimizer=dict(settings, groups=factors), losses=losses,
                gradientNorms=norms, gradients=gradients)


def text(result):
    """One line a key; gradients one line a tensor, to twelve digits."""
    gradients = result.pop("gradients")
    lines = [f" {json.dumps(key)}: {json.dumps(value)}" for key, value in result.items()]
    tensors = [f"  {json.dumps(name)}: [{','.join(f'{g:.12g}' for g in values)}]" for name, values in gradients.items()]
    return "{\n" + ",\n".join(lines) + ',\n "gradients": {\n' + ",\n".join(tensors) + "\n }\n}\n"


for name, changes in ARCHITECTURES.items():
    pathlib.Path(__file__).with_name(f"torch_{name}.json").write_text(text(trace(*changes)))
