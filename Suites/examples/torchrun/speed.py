#!/usr/bin/env python3
"""How fast the model of ../pytorch trains on random tokens, and which share of the processor's peak its FLOPs are.

    python3 speed.py --device cuda                 # 124 million parameters in bf16, compiled
    torchrun --nproc-per-node 8 speed.py --device cuda
    scalebench bench --against 'python3 speed.py --width {width} --layers {layers} --heads {heads} \
        --vocabulary {vocabulary} --context {context} --batch {batch} --threads {workers} --seconds {seconds}'

Prints one JSON line: `tok_s` (tokens per second of all processes, the median step) and `mfu`, FLOPs per second over the
peak of the cards that were used, as their makers state it for dense bf16 products, or `--peak`.
"""
import argparse
import json
import pathlib
import statistics
import sys
import time

import torch

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "pytorch"))
from model import Model, tensors
from processes import Processes

# FLOP/s of one card in dense bf16 products, by a part of its name.
PEAKS = {"H200": 989e12, "H100 PCIe": 756e12, "H100": 989e12, "A100": 312e12, "L40S": 362e12, "4090": 165e12, "A10G": 70e12}


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, value in [("width", 768), ("layers", 12), ("heads", 12), ("vocabulary", 50304), ("context", 1024), ("batch", 32)]:
        parser.add_argument(f"--{name}", type=int, default=value)
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
    parser.add_argument("--precision", choices=["fp32", "bf16"], default="bf16")
    parser.add_argument("--compile", action=argparse.BooleanOptionalAction, help="default: on a GPU only")
    parser.add_argument("--threads", type=int, default=1, help="of a CPU")
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--peak", type=float, help="FLOP/s of one device")
    return parser.parse_args()


def main():
    a = arguments()
    torch.set_num_threads(a.threads)
    torch.set_float32_matmul_precision("high")
    torch.manual_seed(0)
    processes = Processes(a.device)
    device = processes.device
    config = {"width": a.width, "layers": a.layers, "heads": a.heads, "keyValueHeads": a.heads, "contextLength": a.context,
              "vocabularySize": a.vocabulary, "mlpWidth": 4 * a.width, "norm": "layerNorm", "normBias": True,
              "linearBias": True, "positions": "learned", "activation": "geluTanh", "block": "sequential", "head": "tied",
              "queryKeyNorm": False, "attentionScale": "inverseSquareRoot", "residualScale": 1, "logitScale": 1, "dropout": 0}
    parameters = {}
    for name, shape, group in tensors(config):
        parameters[name] = (torch.ones(shape, device=device) if group == "vectors" and name.endswith("weight") else
                            0.02 * torch.randn(shape, device=device) if group != "vectors" else
                            torch.zeros(shape, device=device)).requires_grad_()
    model = Model(config, parameters)
    compiled = a.compile if a.compile is not None else a.device == "cuda"
    forward = torch.compile(model.losses) if compiled else model.losses
    update = torch.optim.AdamW(parameters.values(), lr=3e-4, fused=True)
    share = len(processes.share(a.batch))
    tokens = torch.randint(a.vocabulary, (share, a.context + 1), device=device)

    def step():
        update.zero_grad()
        with torch.autocast(device.type, torch.bfloat16, enabled=a.precision == "bf16"):
            loss = forward(tokens).mean() * share / a.batch
        loss.backward()
        processes.sum_gradients(parameters.values())
        torch.nn.utils.clip_grad_norm_(parameters.values(), 1.0)
        update.step()
        if device.type == "cuda":
            torch.cuda.synchronize()

    for _ in range(3):
        step()
    times, began = [], time.monotonic()
    # Every process takes as many steps: the first one's clock decides, in rounds of five.
    while processes.sum(torch.tensor(float(processes.is_first and time.monotonic() - began < a.seconds or not times),
                                     device=device)) > 0:
        for _ in range(5):
            start = time.monotonic()
            step()
            times.append(time.monotonic() - start)
    if processes.is_first:
        card = torch.cuda.get_device_name() if device.type == "cuda" else "CPU"
        per_token = 6 * (12 * a.layers * a.width**2 + a.vocabulary * a.width) + 6 * a.layers * a.width * a.context
        rate = a.batch * a.context / statistics.median(times)
        peak = a.peak or next((value for name, value in PEAKS.items() if name in card), None)
        print(json.dumps({
            "tok_s": rate, "mfu": rate * per_token / (peak * processes.count) if peak else None, "device": card,
            "devices": processes.count, "parameters": sum(p.numel() for p in parameters.values()), "precision": a.precision,
            "compile": compiled, "torch": torch.__version__, "steps": len(times)}))
    processes.leave()


main()
