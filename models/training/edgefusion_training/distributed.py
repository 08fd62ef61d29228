"""Several processes (torchrun), one result: every process takes its part of the same batch, gradients are added.

Batches are drawn and augmented from the same generator everywhere, so that the number of processes changes nothing
but the time. Gradients travel as one flat tensor per step: the models are small, a bucket scheme would not pay.
"""

import os

import torch
import torch.distributed as dist

from .errors import TrainingError


class Processes:
    """This process's place among those that train together; a single process is the plain case."""

    def __init__(self):
        self.rank = dist.get_rank() if _ready() else 0
        self.count = dist.get_world_size() if _ready() else 1

    @property
    def first(self):
        """True in the one process that writes files and prints."""
        return self.rank == 0

    def shard(self, tensor):
        """This process's rows of a batch."""
        return tensor if self.count == 1 else tensor[self.rank:: self.count]

    def add_gradients(self, model):
        """Sums the gradients of all processes in place."""
        if self.count == 1:
            return
        held = [p for p in model.parameters() if p.requires_grad]
        flat = torch.cat([(p.grad if p.grad is not None else torch.zeros_like(p)).reshape(-1) for p in held])
        dist.all_reduce(flat)
        start = 0
        for parameter in held:
            parameter.grad = flat[start: start + parameter.numel()].reshape(parameter.shape).clone()
            start += parameter.numel()

    def add(self, value):
        """Sum of a number over all processes."""
        if self.count == 1:
            return value
        total = torch.tensor([value], dtype=torch.float64)
        dist.all_reduce(total)
        return float(total)

    def wait(self):
        """Until all processes are here."""
        if self.count > 1:
            dist.barrier()


def join(device):
    """Joins the group that torchrun announces in the environment; does nothing without it."""
    if "WORLD_SIZE" not in os.environ or int(os.environ["WORLD_SIZE"]) < 2:
        return
    missing = [name for name in ("RANK", "MASTER_ADDR", "MASTER_PORT") if name not in os.environ]
    if missing:
        raise TrainingError(f"WORLD_SIZE is set, but not {', '.join(missing)}: start with torchrun")
    if device == "cuda":
        torch.cuda.set_device(int(os.environ.get("LOCAL_RANK", "0")))
    # gloo also where there are GPUs: gradients are one small tensor per step, and NCCL would be a second code path.
    dist.init_process_group("gloo")


def leave():
    """Ends the group, if there is one."""
    if _ready():
        dist.destroy_process_group()


def _ready():
    return dist.is_available() and dist.is_initialized()
