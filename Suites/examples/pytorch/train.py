#!/usr/bin/env python3
"""An external trainer for scalebench in PyTorch: the model, optimizer, schedule, initial weights and data order of the
built-in one, so that their losses can be compared step by step. The contract is Suites/examples/README.md.

    "trainer": { "type": "command", "files": ["../*.py"],
                 "command": ["python3", "../train.py", "--spec", "{spec}", "--out", "{events}", "--folder", "{folder}"] }

torchrun may start several processes of it, which train data-parallel.
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
from torch.distributed.elastic.multiprocessing.errors import record

from model import Model, tensors
from optimizers import parameter_groups, prepare_gradients, update_rule
from processes import Processes
from scalebench_random import WindowOrder, initial_weight


def initial_parameters(spec):
    """The weights before the first step, by name."""
    model, found = spec["model"], {}
    for index, (name, shape, group) in enumerate(tensors(model)):
        deviation, writes_to_residual = 0.02, name.endswith("c_proj.weight")
        if group == "matrices":
            if model["initialization"] != "gpt2":
                deviation = 1 / math.sqrt(shape[0])
            if writes_to_residual:
                deviation *= 0 if model["initialization"] == "zeroResidual" else 1 / math.sqrt(2 * model["layers"])
        if len(shape) > 1:
            found[name] = torch.from_numpy(initial_weight(spec["seed"], index, shape, deviation))
        else:
            found[name] = torch.ones(shape) if name.endswith(".weight") else torch.zeros(shape)
    return found


def learning_rate(step, spec):
    """The rate of a step, counted from 0."""
    schedule, peak = spec["schedule"], spec["optimizer"]["learningRate"]
    warmup, last, final = schedule["warmupSteps"], spec["steps"] - 1, schedule["finalFraction"]
    if step < warmup:
        return peak * (step + 1) / (warmup + 1)
    start = max(warmup, last - schedule["decaySteps"]) if schedule["type"] == "wsd" else warmup
    if schedule["type"] == "constant" or step <= start:
        return peak
    progress = min(1, (step - start) / (last - start))
    decayed = (1 + math.cos(math.pi * progress)) / 2 if schedule["type"] == "cosine" else 1 - progress
    return peak * (final + (1 - final) * decayed)


def at_equal_fractions(count, steps):
    """The steps that end `count` equal parts of a run."""
    count = min(count, steps)
    return {(k * steps * 2 + count) // (2 * count) for k in range(1, count + 1)}


class Training:
    """One run: its model and optimizer, its data, its events and its checkpoint."""

    def __init__(self, job, out, folder):
        self.spec, tokens = job["spec"], job["dataset"]["tokens"]
        settings = self.spec["trainer"]["settings"]
        self.spec["seed"] += settings.get("seedOffset", 0)
        # Equal runs give equal bits; CUDA's matrix products need a fixed workspace for it.
        os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
        torch.use_deterministic_algorithms(True)
        torch.set_num_threads(settings.get("threads", 1))
        self.processes = Processes(settings.get("device", "cpu"))
        self.device, self.context = self.processes.device, self.spec["model"]["contextLength"]
        self.batch = self.spec["batchSequences"]
        if self.batch < self.processes.count:
            raise ValueError(f"a batch of {self.batch} sequences is too small for {self.processes.count} processes: "
                             f"start {self.batch} at most")
        self.parameters = {name: weights.to(self.device).requires_grad_()
                           for name, weights in initial_parameters(self.spec).items()}
        self.gpt = Model(self.spec["model"], self.parameters)
        self.forward = torch.compile(self.gpt.losses) if settings.get("compile") else self.gpt.losses
        self.number_format = {"fp32": None, "bf16": torch.bfloat16}[settings.get("precision", "fp32")]
        optimizer = self.spec["optimizer"]
        self.update = update_rule(parameter_groups(self.parameters, self.spec["model"], optimizer), optimizer)
        self.train, self.validation = (
            np.memmap(tokens[split], dtype="<u2" if tokens["type"] == "uint16" else "<u4", mode="r")
            for split in ("train", "validation"))
        # With repeats, only the first tokens are used; one more is the last target.
        used = min(len(self.train), self.spec.get("uniqueTokens", len(self.train)) + 1)
        self.order = WindowOrder(used, self.context, self.spec["seed"])
        self.state = {"step": 0, "loss_sum": 0.0, "loss_count": 0, "seconds": 0.0}
        self.checkpoint = folder / "checkpoint.pt"
        self.events = open(out, "a") if self.processes.is_first else None

    def losses(self, tokens, starts):
        """Mean loss of the sequences that begin at `starts`, in nats per token."""
        sequences = np.stack([tokens[start:start + self.context + 1] for start in starts]).astype(np.int64)
        with torch.autocast(self.device.type, self.number_format, enabled=self.number_format is not None):
            return self.forward(torch.from_numpy(sequences).to(self.device)).mean(dim=1)

    # --- events and checkpoints ---------------------------------------------------------------------------------------
    def tell(self, event, **fields):
        if self.processes.is_first:
            print(json.dumps({"event": event, **fields}), file=self.events, flush=True)

    def resume(self):
        if self.checkpoint.exists():
            saved = torch.load(self.checkpoint, weights_only=True, map_location="cpu")
            self.state = saved["state"]
            self.update.load_state_dict(saved["update"])
            with torch.no_grad():
                for name, weights in saved["parameters"].items():
                    self.parameters[name].copy_(weights)
        self.tell("start", resumedFromStep=self.state["step"],
                  machine={"torch": torch.__version__, "device": self.device.type,
                           "processes": str(self.processes.count)})

    def save(self):
        if self.processes.is_first:
            temporary = self.checkpoint.with_suffix(".tmp")
            torch.save({"state": self.state, "update": self.update.state_dict(), "parameters": self.parameters},
                       temporary)
            os.replace(temporary, self.checkpoint)
            self.tell("checkpoint", step=self.state["step"])

    # --- steps and evaluations ----------------------------------------------------------------------------------------
    def take_step(self, stop):
        """One step. Returns the norm of the gradient, and whether any of the processes is asked to stop."""
        began, step = time.monotonic(), self.state["step"]
        self.update.zero_grad()
        for group in self.update.param_groups:
            group["lr"] = group["factor"] * learning_rate(step, self.spec)
        share = self.processes.share(self.batch)
        self.gpt.draw = self.spec["seed"], step, share.start * self.context
        loss = self.losses(self.train, [self.order[step * self.batch + i] for i in share]).sum() / self.batch
        loss.backward()
        self.gpt.draw = None
        self.processes.sum_gradients(self.parameters.values())
        gradient_norm = prepare_gradients(self.update.param_groups, self.spec["optimizer"])
        self.update.step()
        mean, stops = self.processes.sum(
            torch.tensor([loss.item(), bool(stop)], dtype=torch.float64, device=self.device)).tolist()
        self.state["step"] += 1
        self.state["loss_sum"] += mean
        self.state["loss_count"] += 1
        self.state["seconds"] += time.monotonic() - began
        return gradient_norm, stops > 0

    def report(self, gradient_norm):
        state = self.state
        self.tell("step", step=state["step"], tokens=state["step"] * self.batch * self.context,
                  natsPerToken=state["loss_sum"] / state["loss_count"], gradientNorm=gradient_norm,
                  learningRate=learning_rate(state["step"] - 1, self.spec), seconds=state["seconds"])
        state["loss_sum"], state["loss_count"] = 0.0, 0

    def evaluate(self, is_final):
        """The mean loss of the first validation sequences."""
        count = self.spec["evaluation"]["sequences" if is_final else "curveSequences"]
        found = torch.zeros(count, dtype=torch.float64, device=self.device)
        share = self.processes.share(count)
        with torch.no_grad():
            for first in range(share.start, share.stop, 64):
                part = range(first, min(first + 64, share.stop))
                found[part.start:part.stop] = self.losses(self.validation, [i * self.context for i in part])
        values = self.processes.sum(found).tolist()
        mean = sum(values) / count
        deviation = math.sqrt(sum((value - mean) ** 2 for value in values) / max(1, count - 1))
        self.tell("evaluation", step=self.state["step"], tokens=self.state["step"] * self.batch * self.context,
                  natsPerToken=mean, sequences=count, standardError=deviation / math.sqrt(count),
                  **({"sequenceNatsPerToken": [round(value, 6) for value in values]} if is_final else {}))

    def run(self):
        """Trains to the end, or until any process is asked to stop. Returns the exit status."""
        stop = []
        for number in (signal.SIGTERM, signal.SIGUSR1):
            signal.signal(number, lambda *_: stop.append(True))
        steps, points = self.spec["steps"], self.spec["evaluation"]["curvePoints"]
        reports, evaluations = at_equal_fractions(80, steps), at_equal_fractions(points, steps)
        self.resume()
        last_save = time.monotonic()
        while self.state["step"] < steps:
            gradient_norm, is_to_stop = self.take_step(stop)
            step = self.state["step"]
            if step in reports:
                self.report(gradient_norm)
            if step in evaluations:
                self.evaluate(is_final=step == steps)
            if step < steps and (is_to_stop or time.monotonic() - last_save > 30):
                self.save()
                last_save = time.monotonic()
                if is_to_stop:
                    return 75
        self.tell("end", status="completed", step=steps, tokens=steps * self.batch * self.context,
                  seconds=self.state["seconds"])
        if self.processes.is_first:
            self.checkpoint.unlink(missing_ok=True)
        return 0


@record
def main():
    parser = argparse.ArgumentParser()
    for option in ("--spec", "--out", "--folder"):
        parser.add_argument(option, required=True, type=pathlib.Path)
    arguments = parser.parse_args()
    training = Training(json.loads(arguments.spec.read_text()), arguments.out, arguments.folder)
    status = training.run()
    training.processes.leave()
    sys.exit(status)


if __name__ == "__main__":
    main()
