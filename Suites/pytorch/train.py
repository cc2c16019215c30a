#!/usr/bin/env python3
"""An external trainer for scalebench in PyTorch: the model, optimizer, schedule, initial weights and data order of the
built-in one, so that their losses can be held against each other step by step. The contract is Suites/TRAINERS.md.

    "trainer": { "type": "command", "files": ["../scalebench_random.py"],
                 "command": ["python3", "../train.py", "--spec", "{spec}", "--out", "{events}", "--folder", "{folder}"] }
"""
import argparse
import json
import math
import os
import pathlib
import signal
import sys
import time

import numpy as np
import torch
import torch.nn.functional as F

from scalebench_random import WindowOrder, initial_weight

parser = argparse.ArgumentParser()
for option in ("--spec", "--out", "--folder"):
    parser.add_argument(option, required=True, type=pathlib.Path)
arguments = parser.parse_args()
job = json.loads(arguments.spec.read_text())
spec, files = job["spec"], job["dataset"]["tokens"]
model, optimizer, schedule = spec["model"], spec["optimizer"], spec["schedule"]
settings = spec["trainer"]["settings"]
written_for = {"activation": "geluTanh", "norm": "layerNorm", "linearBias": True, "normBias": True, "positions": "learned",
               "queryKeyNorm": False, "attentionScale": "inverseSquareRoot", "block": "sequential", "head": "tied",
               "initialization": "gpt2", "residualScale": 1, "logitScale": 1, "keyValueHeads": model["heads"]}
for key, value in written_for.items():
    if model[key] != value:
        sys.exit(f"this program knows only {key} {value}, the candidate has model.{key} {model[key]}")
if optimizer["type"] != "adamW" or schedule["type"] == "wsd":
    sys.exit("this program knows only adamW, and no wsd")
L, D, H, T, V, M = (model[k] for k in ("layers", "width", "heads", "contextLength", "vocabularySize", "mlpWidth"))
steps, batch, seed = spec["steps"], spec["batchSequences"], spec["seed"]
torch.set_num_threads(settings.get("threads", 1))
torch.use_deterministic_algorithms(True)
device = settings.get("device", "cpu")


# --- the model: GPT-2's, pre-LN, learned positions, tied head ---------------------------------------------------------
shapes = {"wte.weight": (V, D), "wpe.weight": (T, D)}
for layer in range(L):
    h = f"h.{layer}."
    shapes |= {h + "ln_1.weight": (D,), h + "ln_1.bias": (D,), h + "attn.c_attn.weight": (D, 3 * D),
               h + "attn.c_attn.bias": (3 * D,), h + "attn.c_proj.weight": (D, D), h + "attn.c_proj.bias": (D,),
               h + "ln_2.weight": (D,), h + "ln_2.bias": (D,), h + "mlp.c_fc.weight": (D, M), h + "mlp.c_fc.bias": (M,),
               h + "mlp.c_proj.weight": (M, D), h + "mlp.c_proj.bias": (D,)}
shapes |= {"ln_f.weight": (D,), "ln_f.bias": (D,)}


def initial(index, name, shape):
    if len(shape) == 2:
        deviation = 0.02 / (math.sqrt(2 * L) if name.endswith("c_proj.weight") else 1)
        return torch.from_numpy(initial_weight(seed, index, shape, deviation))
    return torch.ones(shape) if name.endswith(".weight") else torch.zeros(shape)


p = {name: initial(i, name, shape).to(device).requires_grad_() for i, (name, shape) in enumerate(shapes.items())}


def linear(name, x):
    return x @ p[name + ".weight"] + p[name + ".bias"]


def norm(name, x):
    return F.layer_norm(x, (D,), p[name + ".weight"], p[name + ".bias"], 1e-5)


def losses(tokens):
    """Mean loss of every sequence, in nats per token; `tokens` is [sequences, contextLength + 1]."""
    x = p["wte.weight"][tokens[:, :-1]] + p["wpe.weight"]
    for layer in range(L):
        h = f"h.{layer}."
        q, k, v = linear(h + "attn.c_attn", norm(h + "ln_1", x)).view(-1, T, 3, H, D // H).permute(2, 0, 3, 1, 4)
        y = F.scaled_dot_product_attention(q, k, v, is_causal=True).transpose(1, 2).reshape(-1, T, D)
        x = x + linear(h + "attn.c_proj", y)
        x = x + linear(h + "mlp.c_proj", F.gelu(linear(h + "mlp.c_fc", norm(h + "ln_2", x)), approximate="tanh"))
    logits = norm("ln_f", x) @ p["wte.weight"].T
    return F.cross_entropy(logits.transpose(1, 2), tokens[:, 1:], reduction="none").mean(dim=1)


# --- optimizer and schedule -------------------------------------------------------------------------------------------
adam = torch.optim.AdamW(
    [{"params": [w for w in p.values() if w.dim() >= 2], "weight_decay": optimizer["weightDecay"]},
     {"params": [w for w in p.values() if w.dim() < 2], "weight_decay": 0.0}],
    lr=optimizer["learningRate"], betas=(optimizer["beta1"], optimizer["beta2"]), eps=optimizer["epsilon"])


def learning_rate(step):
    """The rate of a step, counted from 0."""
    warmup, last, final = schedule["warmupSteps"], steps - 1, schedule["finalFraction"]
    if step < warmup:
        return optimizer["learningRate"] * (step + 1) / (warmup + 1)
    progress = min(1, (step - warmup) / (last - warmup)) if last > warmup else 0
    decayed = {"constant": 1, "cosine": (1 + math.cos(math.pi * progress)) / 2, "linear": 1 - progress}
    if schedule["type"] == "constant":
        final = 1
    return optimizer["learningRate"] * (final + (1 - final) * decayed[schedule["type"]])


# --- data -------------------------------------------------------------------------------------------------------------
train, validation = (np.memmap(files[split], dtype="<u2" if files["type"] == "uint16" else "<u4", mode="r")
                     for split in ("train", "validation"))
order = WindowOrder(len(train), T, seed)


def windows(tokens, starts):
    return torch.from_numpy(np.stack([tokens[s:s + T + 1] for s in starts]).astype(np.int64)).to(device)


def evaluate(sequences):
    """Losses of the first validation sequences."""
    with torch.no_grad():
        return torch.cat([losses(windows(validation, range(first * T, min(first + 64, sequences) * T, T)))
                          for first in range(0, sequences, 64)]).double().tolist()


# --- events, checkpoints, interruptions -------------------------------------------------------------------------------
events = open(arguments.out, "a")


def tell(event, **fields):
    print(json.dumps({"event": event, **fields}), file=events, flush=True)


def at_equal_fractions(count):
    count = min(count, steps)
    return {(k * steps * 2 + count) // (2 * count) for k in range(1, count + 1)}


checkpoint = arguments.folder / "checkpoint.pt"
state = {"step": 0, "loss_sum": 0.0, "loss_count": 0, "seconds": 0.0}
if checkpoint.exists():
    saved = torch.load(checkpoint, weights_only=True)
    state = saved["state"]
    adam.load_state_dict(saved["adam"])
    with torch.no_grad():
        for name, weights in saved["parameters"].items():
            p[name].copy_(weights)
tell("start", resumedFromStep=state["step"], machine={"torch": torch.__version__, "device": device})


def save():
    temporary = checkpoint.with_suffix(".tmp")
    torch.save({"state": state, "adam": adam.state_dict(), "parameters": dict(p)}, temporary)
    os.replace(temporary, checkpoint)
    tell("checkpoint", step=state["step"])


stop = []
for number in (signal.SIGTERM, signal.SIGUSR1):
    signal.signal(number, lambda *_: stop.append(True))

reports, evaluations = at_equal_fractions(80), at_equal_fractions(spec["evaluation"]["curvePoints"])
last_save = time.monotonic()
while state["step"] < steps:
    began = time.monotonic()
    step = state["step"]
    adam.zero_grad()
    for group in adam.param_groups:
        group["lr"] = learning_rate(step)
    loss = losses(windows(train, [order[step * batch + i] for i in range(batch)])).mean()
    loss.backward()
    limit = optimizer["gradientClipping"] or math.inf
    gradient_norm = torch.nn.utils.clip_grad_norm_(p.values(), limit).item()
    adam.step()
    state["step"] = step = step + 1
    state["loss_sum"] += loss.item()
    state["loss_count"] += 1
    state["seconds"] += time.monotonic() - began
    tokens = step * batch * T
    if step in reports:
        tell("step", step=step, tokens=tokens, natsPerToken=state["loss_sum"] / state["loss_count"],
             learningRate=learning_rate(step - 1), gradientNorm=gradient_norm, seconds=state["seconds"])
        state["loss_sum"], state["loss_count"] = 0.0, 0
    if step in evaluations:
        final = step == steps
        values = evaluate(spec["evaluation"]["sequences" if final else "curveSequences"])
        mean = sum(values) / len(values)
        deviation = math.sqrt(sum((v - mean) ** 2 for v in values) / max(1, len(values) - 1))
        tell("evaluation", step=step, tokens=tokens, natsPerToken=mean, sequences=len(values),
             standardError=deviation / math.sqrt(len(values)),
             **({"sequenceNatsPerToken": [round(v, 6) for v in values]} if final else {}))
    if step < steps and (stop or time.monotonic() - last_save > 30):
        save()
        last_save = time.monotonic()
        if stop:
            sys.exit(75)
tell("end", status="completed", step=steps, tokens=steps * batch * T, seconds=state["seconds"])
checkpoint.unlink(missing_ok=True)
