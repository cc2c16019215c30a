#!/usr/bin/env python3
"""Small recipes in PyTorch, double precision: every gradient of the first step and twenty steps of training.

Writes torch_NAME.json beside itself, one file per recipe: all of them, or those that are named. Weights and tokens are
closed formulas (see Formulas.swift), so nothing else is needed to repeat the run.

  pip install numpy torch; python3 torch_trace.py [NAME …]
"""
import json
import math
import pathlib
import sys

import torch

sys.path.insert(0, str(pathlib.Path(__file__).parents[3] / "Suites/examples/pytorch"))
from model import Model, tensors
from optimizers import parameter_groups, prepare_gradients, update_rule

STEPS, SEQUENCES, AMPLITUDE = 20, 3, 0.4
# The seed of dropout's masks; GoldenTrace.swift has it too.
MASK_SEED = 7

MODEL = dict(width=8, layers=2, heads=2, contextLength=12, vocabularySize=13, mlpWidth=12, keyValueHeads=2,
             activation="geluTanh", norm="layerNorm", linearBias=True, normBias=True, positions="learned",
             rotaryBase=10000.0, queryKeyNorm=False, attentionScale="inverseSquareRoot", block="sequential",
             head="tied", initialization="gpt2", residualScale=1.0, logitScale=1.0)
OPTIMIZER = dict(type="adamW", learningRate=0.01, beta1=0.9, beta2=0.95, epsilon=1e-8, momentum=0.9, weightDecay=0.1,
                 gradientClipping=1.0)
GROUPS = dict(embeddings=(1.0, 1.0), matrices=(1.0, 1.0), head=(1.0, 1.0), vectors=(1.0, 0.0))

# name: what differs in the model, in the optimizer, in the groups (factors of learning rate and weight decay)
RECIPES = {
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
    "l2_penalty": (dict(layers=1), dict(l2Penalty=0.05, weightDecay=0.0, gradientClipping=0.5),
                   dict(embeddings=(1.0, 0.5))),
    "normalized": (dict(layers=1, activation="geGLU"),
                   dict(gradientNormalization="rms", gradientClipping=0.5, l2Penalty=0.01), {}),
    "lion": (dict(layers=1, linearBias=False),
             dict(type="lion", learningRate=0.003, beta2=0.99, weightDecay=0.5), dict(vectors=(0.5, 0.0))),
    "muon": (dict(layers=1, activation="swiGLU", keyValueHeads=1, mlpWidth=6),
             dict(type="muon", learningRate=0.02, momentum=0.95), dict(matrices=(0.5, 2.0))),
    "dropout": (dict(layers=1, residualScale=0.5, dropout=0.25), dict(gradientClipping=0.5), {}),
}


def formula(index, name, shape):
    gain = 1.0 if len(shape) == 1 and name.endswith(".weight") else 0.0
    values = [gain + AMPLITUDE * math.sin(1 + 0.7 * index + 0.37 * i**2) for i in range(math.prod(shape))]
    return torch.tensor(values, dtype=torch.float32).double().view(shape).requires_grad_()


def batch(config, step):
    return torch.tensor([[(j * j + 3 * j + 5 * s + 7 * step + j * s // 3) % config["vocabularySize"]
                          for j in range(config["contextLength"] + 1)] for s in range(SEQUENCES)])


def trace(model_changes, optimizer_changes, group_changes):
    config, settings, groups = MODEL | model_changes, OPTIMIZER | optimizer_changes, GROUPS | group_changes
    parameters = {name: formula(i, name, shape) for i, (name, shape, _) in enumerate(tensors(config))}
    model = Model(config, parameters)
    factors = {name: dict(learningRate=rate, weightDecay=decay) for name, (rate, decay) in groups.items()}
    settings = dict(settings, groups=factors)
    update = update_rule(parameter_groups(parameters, config, settings), settings)
    losses, norms, gradients = [], [], {}
    for step in range(STEPS):
        for p in parameters.values():
            p.grad = None
        model.draw = MASK_SEED, step
        loss = model.losses(batch(config, step)).mean()
        loss.backward()
        if step == 0:
            gradients = {name: p.grad.flatten().tolist() for name, p in parameters.items()}
        norms.append(prepare_gradients(update.param_groups, settings))
        update.step()
        losses.append(loss.item())
    return dict(madeWith=f"torch {torch.__version__.split('+')[0]}, double precision", sequences=SEQUENCES,
                amplitude=AMPLITUDE, model=config, optimizer=settings, losses=losses,
                gradientNorms=norms, gradients=gradients)


def text(result):
    """One line per key; for gradients one line per tensor, to twelve digits."""
    gradients = result.pop("gradients")
    lines = [f" {json.dumps(key)}: {json.dumps(value)}" for key, value in result.items()]
    tensors = [f"  {json.dumps(name)}: [{','.join(f'{g:.12g}' for g in values)}]" for name, values in gradients.items()]
    return "{\n" + ",\n".join(lines) + ',\n "gradients": {\n' + ",\n".join(tensors) + "\n }\n}\n"


for name in sys.argv[1:] or RECIPES:
    pathlib.Path(__file__).with_name(f"torch_{name}.json").write_text(text(trace(*RECIPES[name])))
