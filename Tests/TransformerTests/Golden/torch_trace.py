#!/usr/bin/env python3
"""Twenty AdamW steps of a small GPT in PyTorch, double precision: writes torch_trace.json beside itself.

Weights and tokens are closed formulas (see Formulas.swift), so nothing else is needed to repeat the run.

  pip install torch==2.13.0; python3 torch_trace.py
"""
import json
import math
import pathlib

import torch
import torch.nn.functional as F

C = dict(width=16, layers=2, heads=2, contextLength=24, vocabularySize=40, mlpWidth=64, sequences=3, amplitude=0.25,
         learningRate=0.01, beta1=0.9, beta2=0.95, epsilon=1e-8, weightDecay=0.1, gradientClipping=1.0)
D, L, H, T, V, M = (C[k] for k in ("width", "layers", "heads", "contextLength", "vocabularySize", "mlpWidth"))

shapes = {"wte.weight": (V, D), "wpe.weight": (T, D)}
for layer in range(L):
    h = f"h.{layer}."
    shapes |= {h + "ln_1.weight": (D,), h + "ln_1.bias": (D,), h + "attn.c_attn.weight": (D, 3 * D),
               h + "attn.c_attn.bias": (3 * D,), h + "attn.c_proj.weight": (D, D), h + "attn.c_proj.bias": (D,),
               h + "ln_2.weight": (D,), h + "ln_2.bias": (D,), h + "mlp.c_fc.weight": (D, M), h + "mlp.c_fc.bias": (M,),
               h + "mlp.c_proj.weight": (M, D), h + "mlp.c_proj.bias": (D,)}
shapes |= {"ln_f.weight": (D,), "ln_f.bias": (D,)}


def initial(t, name, shape):
    gain = 1.0 if len(shape) == 1 and name.endswith(".weight") else 0.0
    values = [gain + C["amplitude"] * math.sin(1 + 0.7 * t + 0.37 * i) for i in range(math.prod(shape))]
    return torch.tensor(values, dtype=torch.float32).double().view(shape).requires_grad_()


p = {name: initial(t, name, shape) for t, (name, shape) in enumerate(shapes.items())}


def batch(step):
    return torch.tensor([[(j * j + 3 * j + 5 * s + 7 * step + j * s // 3) % V for j in range(T + 1)]
                         for s in range(C["sequences"])])


def linear(name, x):
    return x @ p[name + ".weight"] + p[name + ".bias"]


def norm(name, x):
    return F.layer_norm(x, (D,), p[name + ".weight"], p[name + ".bias"], 1e-5)


def loss_of(tokens):
    x = p["wte.weight"][tokens[:, :-1]] + p["wpe.weight"]
    for layer in range(L):
        h = f"h.{layer}."
        qkv = linear(h + "attn.c_attn", norm(h + "ln_1", x))
        q, k, v = qkv.view(-1, T, 3, H, D // H).permute(2, 0, 3, 1, 4)
        y = F.scaled_dot_product_attention(q, k, v, is_causal=True).transpose(1, 2).reshape(-1, T, D)
        x = x + linear(h + "attn.c_proj", y)
        x = x + linear(h + "mlp.c_proj", F.gelu(linear(h + "mlp.c_fc", norm(h + "ln_2", x)), approximate="tanh"))
    logits = norm("ln_f", x) @ p["wte.weight"].T
    return F.cross_entropy(logits.reshape(-1, V), tokens[:, 1:].reshape(-1))


optimizer = torch.optim.AdamW(
    [{"params": [w for w in p.values() if w.dim() >= 2], "weight_decay": C["weightDecay"]},
     {"params": [w for w in p.values() if w.dim() < 2], "weight_decay": 0.0}],
    lr=C["learningRate"], betas=(C["beta1"], C["beta2"]), eps=C["epsilon"])
losses, norms = [], []
for step in range(20):
    optimizer.zero_grad()
    loss = loss_of(batch(step))
    loss.backward()
    norms.append(torch.nn.utils.clip_grad_norm_(p.values(), C["gradientClipping"]).item())
    optimizer.step()
    losses.append(loss.item())

out = dict(C, madeWith=f"torch {torch.__version__.split('+')[0]}, double precision", losses=losses, gradientNorms=norms)
pathlib.Path(__file__).with_name("torch_trace.json").write_text(json.dumps(out, indent=1) + "\n")
