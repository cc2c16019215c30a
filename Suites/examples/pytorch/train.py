#!/usr/bin/env python3
"""An external trainer for scalebench in PyTorch: the model, optimizer, schedule, initial weights and data order of the
built-in one, so that their losses can be compared step by step. The contract is Suites/examples/README.md.

    "trainer": { "type": "command", "files": ["../model.py", "../optimizers.py", "../scalebench_random.py"],
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

from model import Model, tensors
from optimizers import parameter_groups, prepare_gradients, update_rule
from scalebench_random import WindowOrder, initial_weight

parser = argparse.ArgumentParser()
for option in ("--spec", "--out", "--folder"):
    parser.add_argument(option, required=True, type=pathlib.Path)
arguments = parser.parse_args()
job = json.loads(arguments.spec.read_text())
spec, files = job["spec"], job["dataset"]["tokens"]
model, optimizer, schedule = spec["model"], spec["optimizer"], spec["schedule"]
settings = spec["trainer"]["settings"]
L, T = model["layers"], model["contextLength"]
steps, batch, seed = spec["steps"], spec["batchSequences"], spec["seed"]
torch.set_num_threads(settings.get("threads", 1))
torch.use_deterministic_algorithms(True)
device = settings.get("device", "cpu")


# --- initial weights --------------------------------------------------------------------------------------------------
def initial(index, name, shape, group):
    if len(shape) == 1:
        return torch.ones(shape) if name.endswith(".weight") else torch.zeros(shape)
    deviation, writes_to_residual = 0.02, name.endswith("c_proj.weight")
    if group == "matrices":
        if model["initialization"] != "gpt2":
            deviation = 1 / math.sqrt(shape[0])
        if writes_to_residual:
            deviation *= 0 if model["initialization"] == "zeroResidual" else 1 / math.sqrt(2 * L)
    return torch.from_numpy(initial_weight(seed, index, shape, deviation))


p = {name: initial(i, name, shape, group).to(device).requires_grad_()
     for i, (name, shape, group) in enumerate(tensors(model))}
gpt = Model(model, p)


def losses(tokens):
    """Mean loss of every sequence, in nats per token; `tokens` is [sequences, contextLength + 1]."""
    return gpt.losses(tokens).mean(dim=1)


# --- optimizer and schedule -------------------------------------------------------------------------------------------
update = update_rule(parameter_groups(p, model, optimizer), optimizer)


def learning_rate(step):
    """The rate of a step, counted from 0."""
    warmup, last, final = schedule["warmupSteps"], steps - 1, schedule["finalFraction"]
    if step < warmup:
        return optimizer["learningRate"] * (step + 1) / (warmup + 1)
    start = max(warmup, last - schedule["decaySteps"]) if schedule["type"] == "wsd" else warmup
    if schedule["type"] == "constant" or step <= start:
        return optimizer["learningRate"]
    progress = min(1, (step - start) / (last - start))
    decayed = (1 + math.cos(math.pi * progress)) / 2 if schedule["type"] == "cosine" else 1 - progress
    return optimizer["learningRate"] * (final + (1 - final) * decayed)


# --- data -------------------------------------------------------------------------------------------------------------
train, validation = (np.memmap(files[split], dtype="<u2" if files["type"] == "uint16" else "<u4", mode="r")
                     for split in ("train", "validation"))
# With repeats, only the first tokens are used; one more is the last target.
order = WindowOrder(min(len(train), spec.get("uniqueTokens", len(train)) + 1), T, seed)


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
    update.load_state_dict(saved["update"])
    with torch.no_grad():
        for name, weights in saved["parameters"].items():
            p[name].copy_(weights)
tell("start", resumedFromStep=state["step"], machine={"torch": torch.__version__, "device": device})


def save():
    temporary = checkpoint.with_suffix(".tmp")
    torch.save({"state": state, "update": update.state_dict(), "parameters": dict(p)}, temporary)
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
    update.zero_grad()
    for group in update.param_groups:
        group["lr"] = group["factor"] * learning_rate(step)
    gpt.draw = seed, step
    loss = losses(windows(train, [order[step * batch + i] for i in range(batch)])).mean()
    loss.backward()
    gpt.draw = None
    gradient_norm = prepare_gradients(update.param_groups, optimizer)
    update.step()
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
