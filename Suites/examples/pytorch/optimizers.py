"""The update rules of scalebench's built-in trainer in PyTorch, and what they do to gradients before.

A group is what torch.optim calls one, with its own `lr`, `decay` (weight decay) and `penalty` (L2 penalty).
"""
import math

import torch

from model import tensors


def parameter_groups(parameters, model, optimizer):
    """The groups of `parameters`, by name, of a run's resolved `model` and `optimizer`."""
    groups = []
    for group, multipliers in optimizer["groups"].items():
        names = [name for name, _, its_group in tensors(model) if its_group == group]
        rate, decay = multipliers["learningRate"], multipliers["weightDecay"]
        if names:
            groups.append({"params": [parameters[name] for name in names], "factor": rate,
                           "lr": rate * optimizer["learningRate"], "decay": decay * optimizer["weightDecay"],
                           "penalty": decay * optimizer.get("l2Penalty", 0.0),
                           "columns": [columns(model, name) for name in names] if group == "matrices" else None})
    return groups


def columns(model, name):
    """The columns of the matrices that stand side by side in a tensor; None where there is one."""
    if name.endswith("c_attn.weight"):
        keys = model["keyValueHeads"] * model["width"] // model["heads"]
        return [model["width"], keys, keys]
    gated = name.endswith("c_fc.weight") and model["activation"] in ("geGLU", "swiGLU")
    return [model["mlpWidth"]] * 2 if gated else None


def update_rule(groups, optimizer):
    """The torch.optim.Optimizer that `optimizer` names. The caller sets `lr` of its groups and calls `step`."""
    if optimizer["type"] == "sgd":
        return SGD(groups, lr=optimizer["learningRate"], momentum=optimizer["momentum"])
    if optimizer["type"] == "lion":
        return Lion(groups, dict(betas=(optimizer["beta1"], optimizer["beta2"])))
    kind = Muon if optimizer["type"] == "muon" else torch.optim.AdamW
    groups = [group | {"weight_decay": group["decay"], "momentum": optimizer["momentum"]} for group in groups]
    return kind(groups, lr=optimizer["learningRate"], betas=(optimizer["beta1"], optimizer["beta2"]),
                eps=optimizer["epsilon"])


@torch.no_grad()
def prepare_gradients(groups, optimizer):
    """Adds the L2 penalty's gradients, clips all by their global norm and, where that is asked for, divides each tensor's
    by their root mean square. Returns the norm before clipping."""
    for group in groups:
        for p in group["params"] if group["penalty"] else []:
            p.grad.add_(p, alpha=group["penalty"])
    limit = optimizer["gradientClipping"] or math.inf
    norm = torch.nn.utils.clip_grad_norm_([p for group in groups for p in group["params"]], limit).item()
    if optimizer.get("gradientNormalization") == "rms":
        for group in groups:
            for p in group["params"]:
                p.grad.div_(p.grad.square().mean().sqrt() + 1e-8)
    return norm


@torch.no_grad()
def decay(groups):
    """Decoupled weight decay."""
    for group in groups:
        for p in group["params"]:
            p.mul_(1 - group["lr"] * group["decay"])


class SGD(torch.optim.SGD):
    """PyTorch's, with decoupled decay as in AdamW."""

    def step(self):
        decay(self.param_groups)
        super().step()


class Lion(torch.optim.Optimizer):
    """Chen et al. 2023, with decoupled decay."""

    @torch.no_grad()
    def step(self):
        decay(self.param_groups)
        for group in self.param_groups:
            beta1, beta2 = group["betas"]
            for p in group["params"]:
                momentum = self.state[p].setdefault("momentum", torch.zeros_like(p))
                p.sub_(torch.sign(torch.lerp(p.grad, momentum, beta1)), alpha=group["lr"])
                momentum.lerp_(p.grad, 1 - beta2)


class Muon(torch.optim.AdamW):
    """Jordan et al. 2024 for the matrices of the blocks, scaled as in Liu et al. 2025; AdamW for everything else."""

    @torch.no_grad()
    def step(self):
        matrices = [group for group in self.param_groups if group["columns"]]
        decay(matrices)
        for group in matrices:
            for p, sizes in zip(group["params"], group["columns"]):
                momentum = self.state[p].setdefault("momentum", torch.zeros_like(p))
                momentum.mul_(group["momentum"]).add_(p.grad)
                direction = p.grad + group["momentum"] * momentum
                for part, towards in zip(p.split(sizes or p.shape[1], 1), direction.split(sizes or p.shape[1], 1)):
                    part.sub_(orthogonalized(towards), alpha=group["lr"] * 0.2 * math.sqrt(max(part.shape)))
                p.grad = None
        super().step()


def orthogonalized(x):
    """Five Newton-Schulz steps, which move all singular values close to 1."""
    if x.shape[0] > x.shape[1]:
        return orthogonalized(x.T).T
    x = x / (x.norm() + 1e-7)
    for _ in range(5):
        gram = x @ x.T
        x = 3.4445 * x + (-4.7750 * gram + 2.0315 * gram @ gram) @ x
    return x
