"""How long one window takes on this machine."""

import statistics
import time

import torch

from .export import Flat, output_names


def example_inputs(model):
    """One window of zeros, all sensors present, context unknown; in the order of an exported graph."""
    inputs = [torch.zeros(item.shape, dtype=getattr(torch, item.type)) for item in model.spec.inputs]
    return (*inputs, torch.ones(1, len(inputs)), *[torch.zeros(1, len(item.labels)) for item in model.contexts])


def latency_ms(model, repeats=30):
    """Median milliseconds of processor time for one window in PyTorch, traced and frozen (all threads together).

    It serves to compare configurations, also on a machine that does other work. The runtime's own engine is faster;
    `edgefusion evaluate` times that one.
    """
    return stopwatch(model)(repeats)


def stopwatch(model):
    """A function that times `repeats` windows and returns the median milliseconds; the model is traced once."""
    example = example_inputs(model)
    with torch.no_grad():
        traced = torch.jit.freeze(torch.jit.trace(Flat(model, output_names(model.spec)).eval(), example,
                                                  check_trace=False))
        for _ in range(5):  # the first calls optimise the graph
            traced(*example)

    def measure(repeats):
        times = []
        with torch.no_grad():
            for _ in range(repeats):
                begin = time.process_time()
                traced(*example)
                times.append(time.process_time() - begin)
        return 1000.0 * statistics.median(times)

    return measure
