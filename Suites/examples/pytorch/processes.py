"""The processes that train one run together: those that torchrun has started, or one alone.

Every process holds the whole model. Each takes its share of every batch, and sums over all processes make the loss and
the gradient those of the whole batch. So nothing that a run keeps depends on the number of processes.
"""
import os

import torch
import torch.distributed as dist


class Processes:
    def __init__(self, device):
        """`device` is "cpu" or "cuda"; each process of a node takes the GPU of its own local rank."""
        launched = dist.is_torchelastic_launched()
        self.count = int(os.environ["WORLD_SIZE"]) if launched else 1
        self.rank = int(os.environ["RANK"]) if launched else 0
        self.device = torch.device(device)
        if device == "cuda":
            local, gpus = int(os.environ.get("LOCAL_RANK", 0)), torch.cuda.device_count()
            if local >= gpus:
                raise ValueError(f"process {local + 1} of this node finds no GPU of its own: the node has {gpus}")
            self.device = torch.device("cuda", local)
            torch.cuda.set_device(self.device)
        if self.count > 1:
            dist.init_process_group("nccl" if device == "cuda" else "gloo")

    @property
    def is_first(self):
        """Whether this is the process that writes events and checkpoints."""
        return self.rank == 0

    def share(self, count):
        """The part of range(count) that this process takes. The parts differ by one at most."""
        return range(count * self.rank // self.count, count * (self.rank + 1) // self.count)

    def sum(self, tensor):
        """Sums a tensor over all processes in place, and returns it."""
        if self.count > 1:
            dist.all_reduce(tensor)
        return tensor

    def sum_gradients(self, parameters):
        """Sums the gradients over all processes, in one message."""
        if self.count == 1:
            return
        gradients = [p.grad for p in parameters]
        whole = self.sum(torch.cat([gradient.flatten() for gradient in gradients]))
        for gradient, part in zip(gradients, whole.split([gradient.numel() for gradient in gradients])):
            gradient.copy_(part.view_as(gradient))

    def leave(self):
        """Waits for all processes. torchrun kills those that still run when one ends with a bad status."""
        if self.count > 1:
            dist.barrier()
            dist.destroy_process_group()
