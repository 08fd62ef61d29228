"""Which windows make up a step: all shuffled, or one head's labelled windows at a time (PolyViT)."""

import torch

from .errors import TrainingError
from .names import unknown_names


class Sampler:
    """`tasks` "all": every step has windows of all kinds and all heads' losses. "weighted": every step draws one head
    by its weight, windows that have its label, and only its loss: heads whose labels come from different recordings
    then keep their share whatever the numbers of windows."""

    def __init__(self, spec, options, data, generator):
        self.spec, self.generator, self.batch = spec, generator, options["batch"]
        self.count = len(data)
        per_epoch = min(options["samples_per_epoch"] or self.count, self.count)
        self.steps = max(1, per_epoch // self.batch)
        self.weighted = options["task_sampling"] == "weighted"
        if not self.weighted:
            return
        faults = unknown_names(options["task_weights"], [head.name for head in spec.heads], "training.task_weights.")
        if faults:
            raise TrainingError("; ".join(faults))
        self.weights = torch.tensor([float(options["task_weights"].get(head.name, 1.0)) for head in spec.heads])
        if not bool((self.weights >= 0).all()) or not float(self.weights.sum()) > 0:
            raise TrainingError("training.task_weights must be non-negative and not all zero")
        self.known = [torch.nonzero(data.known(number)).flatten() for number in range(len(spec.heads))]

    def epoch(self):
        """Yields (window indices, name of the only head or None) per step."""
        order = torch.randperm(self.count, generator=self.generator)
        for step in range(self.steps):
            if not self.weighted:
                yield order[step * self.batch: (step + 1) * self.batch], None
                continue
            head = int(torch.multinomial(self.weights, 1, generator=self.generator))
            known = self.known[head]
            drawn = known[torch.randint(len(known), (min(self.batch, self.count),), generator=self.generator)]
            yield drawn, self.spec.heads[head].name
