"""The update rules of scalebench's built-in trainer in PyTorch, and what they do to gradients before.

A group is what torch.optim calls one, with its own `lr`, `decay` (weight decay) and `penalty` (L2 penalty).
"""
import math

import torch


def parameter_groups(parameters, tensors, optimizer):
    """The groups of `parameters` by name. `tensors` lists (name, shape, group), `optimizer` is a run's resolved one."""
    groups = []
    for group, multipliers in optimizer["groups"].items():
        names = [name for name, _, its_group in tensors if its_group == group]
        rate, decay = multipliers["learningRate"], multipliers["weightDecay"]
        if names:
            groups.append({"params": [parameters[name] for name in names], "factor": rate,
                           "lr": rate * optimizer["learningRate"], "decay": decay * optimizer["weightDecay"],
                           "penalty": decay * optimizer.get("l2Penalty", 0.0)})
    return groups


def update_rule(groups, optimizer):
    """The torch.optim.Optimizer that `optimizer` names. The caller sets `lr` of its groups and calls `step`."""
    if optimizer["type"] == "sgd":
        return SGD(groups, lr=optimizer["learningRate"], momentum=optimizer["momentum"])
    if optimizer["type"] == "lion":
        return Lion(groups, dict(betas=(optimizer["beta1"], optimizer["beta2"])))
    return torch.optim.AdamW([group | {"weight_decay": group["decay"]} for group in groups],
                             lr=optimizer["learningRate"], betas=(optimizer["beta1"], optimizer["beta2"]),
                             eps=optimizer["epsilon"])


@torch.no_grad()
def prepare_gradients(groups, optimizer):
    """Adds the L2 penalty's gradients, clips all by their global norm, and normalises those of each tensor where that is
    asked for. Returns the norm before clipping."""
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
