#!/usr/bin/env python3
"""Events for scalebench from the log of a run that was trained elsewhere. The contract is Suites/examples/README.md.

The log's name comes from the candidate, `"settings": { "log": "logs/{width}-{seed}.log" }`, with width, layers and seed of
the run filled in. Known are, by their lines:
  llm.c             s:250 tel:3.9123                    s:249 trl:3.98 lr:0.000300 norm:1.3
  modded-nanogpt    step:125/1750 val_loss:4.5678 …     step:126/1750 train_loss:4.55 …
  a table           step,loss[,validationLoss]          with a header
Steps are counted as the log counts them and must be those of the spec: spec.steps steps of the same number of tokens.
"""
import argparse
import csv
import json
import pathlib
import re
import sys

parser = argparse.ArgumentParser()
parser.add_argument("--spec", required=True, type=pathlib.Path)
parser.add_argument("--out", required=True, type=pathlib.Path)
arguments = parser.parse_args()
spec = json.loads(arguments.spec.read_text())["spec"]
model, evaluation = spec["model"], spec["evaluation"]
path = pathlib.Path(spec["trainer"]["settings"]["log"].format(
    width=model["width"], layers=model["layers"], seed=spec["seed"]))

NUMBER = r"([-+.\w]+)"
PATTERNS = [  # what the line says, step, loss, and the learning rate and gradient norm where the log has them
    ("evaluation", re.compile(rf"s:(\d+) tel:{NUMBER}")),
    ("step", re.compile(rf"s:(\d+) trl:{NUMBER}(?: lr:{NUMBER})?(?: norm:{NUMBER})?")),
    ("evaluation", re.compile(rf"step:(\d+)/\d+ val_loss:{NUMBER}")),
    ("step", re.compile(rf"step:(\d+)/\d+ train_loss:{NUMBER}")),
]


def lines_of(text):
    """(event, step, loss, learning rate, gradient norm) for every line that says something."""
    if text.startswith("step,"):
        for row in csv.DictReader(text.splitlines()):
            if row.get("loss"):
                yield "step", row["step"], row["loss"], None, None
            if row.get("validationLoss"):
                yield "evaluation", row["step"], row["validationLoss"], None, None
        return
    for line in text.splitlines():
        for event, pattern in PATTERNS:
            if match := pattern.match(line):
                yield (event, *match.groups(), None, None)[:5]
                break


lines = list(lines_of(path.read_text()))
if not lines:
    sys.exit(f"{path}: no line of a log that is known")
with open(arguments.out, "a") as events:
    for event, step, loss, learning_rate, gradient_norm in lines:
        tokens = int(step) * spec["batchSequences"] * model["contextLength"]
        fields = {"event": event, "step": int(step), "tokens": tokens, "natsPerToken": float(loss)}
        if event == "step":
            fields |= {key: float(value) for key, value in
                       [("learningRate", learning_rate), ("gradientNorm", gradient_norm)] if value}
        else:
            # The log does not say on how many sequences it evaluates: the suite must.
            fields["sequences"] = evaluation["sequences" if int(step) == spec["steps"] else "curveSequences"]
        print(json.dumps(fields), file=events)
    print(json.dumps({"event": "end", "status": "completed", "step": int(step), "tokens": tokens}), file=events)
