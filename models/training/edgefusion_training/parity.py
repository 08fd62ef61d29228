"""Parity file: deterministic synthetic windows by formula, and PyTorch's outputs for them.

The inputs are never stored. Element i (row-major) of input k in case c comes from a 32-bit integer hash:

    key = (16 * c + k + 1) * 2654435769                 all arithmetic modulo 2^32
    h = i * 2654435761 + key
    h = h xor (h >> 16);  h = h * 2246822507;  h = h xor (h >> 13);  h = h * 3266489909;  h = h xor (h >> 16)
    uint8 input:    value = h and 255
    float32 input:  u = (h >> 8) / 2^24;  value = low[j] + span[j] * u   in float32, j = i modulo the length of low
"""

import numpy as np
import torch

from . import jsonfile

TOLERANCE = 1e-4
FORMULA = [
    "all integers unsigned, modulo 2^32; c = case index, k = input index, i = element index (row-major)",
    "key = (16*c + k + 1) * 2654435769",
    "h = i * 2654435761 + key",
    "h ^= h >> 16; h *= 2246822507; h ^= h >> 13; h *= 3266489909; h ^= h >> 16",
    "uint8: value = h & 255",
    "float32: value = low[i % n] + span[i % n] * ((h >> 8) / 16777216), n = length of low, float32 arithmetic",
    "inputs are filled by the formula even where avail is 0: the graph must not look at them",
    "context (where the model has any): label number, fed as a one-hot row; -1 = unknown, fed as zeros",
]


def hash_values(count, case, index):
    """uint32 [count]: the hash of elements 0..count-1 of input `index` in case `case`."""
    mask = np.uint64(0xFFFFFFFF)
    key = np.uint64(((16 * case + index + 1) * 2654435769) & 0xFFFFFFFF)
    h = (np.arange(count, dtype=np.uint64) * np.uint64(2654435761) + key) & mask
    h ^= h >> np.uint64(16)
    h = (h * np.uint64(2246822507)) & mask
    h ^= h >> np.uint64(13)
    h = (h * np.uint64(3266489909)) & mask
    h ^= h >> np.uint64(16)
    return h.astype(np.uint32)


def make_input(item, case, index, low, span):
    """One input tensor of its full shape (batch 1)."""
    count = int(np.prod(item.shape))
    h = hash_values(count, case, index)
    if item.type == "uint8":
        return (h & np.uint32(255)).astype(np.uint8).reshape(item.shape)
    channel = np.arange(count) % len(low)
    unit = (h >> np.uint32(8)).astype(np.float32) / np.float32(16777216.0)
    values = np.asarray(low, np.float32)[channel] + np.asarray(span, np.float32)[channel] * unit
    return values.reshape(item.shape)


def ranges(model):
    """Per input (low, span): about +-2 standard deviations of each channel, so that no value is clipped."""
    found = []
    for item, encoder in zip(model.spec.inputs, model.encoders):
        front = encoder.frontend
        if item.kind == "frames":
            found.append(([0.0], [255.0]))
        elif item.kind == "audio":  # log-mel shows differences best at full scale, raw patches within their clipping
            wide = 0.5 if hasattr(front, "mels") else float(2.0 / front.scale)
            found.append(([-_short(wide)], [2.0 * _short(wide)]))
        else:
            low, high = front.mean - 2.0 / front.scale, front.mean + 2.0 / front.scale
            if front.transform == "sqrt":
                low, high = low.clamp(min=0.0) ** 2, high.clamp(min=0.0) ** 2
            found.append((_short(low), _short(high - low)))
    return found


def _short(value):
    if isinstance(value, float):
        return float(f"{value:.5g}")
    return [_short(item) for item in value.tolist()]


def cases(count):
    """Masks: all present, each one missing, each one alone, and none (outputs must then be finite)."""
    masks = [("all", [1.0] * count)]
    masks += [(f"without {i}", [0.0 if i == j else 1.0 for j in range(count)]) for i in range(count)]
    masks += [(f"only {i}", [1.0 if i == j else 0.0 for j in range(count)]) for i in range(count)]
    return masks + [("none", [0.0] * count)]


def context_index(contexts, case):
    """Label number per context in case number `case`: all in turn, -1 (unknown) among them."""
    return [(case + number) % (len(item.labels) + 1) - 1 for number, item in enumerate(contexts)]


def case_context(contexts, case):
    """One-hot rows float32 [1, K] of that case; all zero is unknown."""
    return [np.asarray([[float(k == index) for k in range(len(item.labels))]], np.float32)
            for item, index in zip(contexts, context_index(contexts, case))]


def write_parity(model, run_model, path):
    """Writes the parity file; `run_model(inputs, avail, context)` returns output name -> array."""
    bounds = ranges(model)
    document = {"schema": 1, "model": model.spec.name, "tolerance": TOLERANCE, "formula": FORMULA,
                "inputs": [{"tensor": item.tensor, "low": low, "span": span}
                           for item, (low, span) in zip(model.spec.inputs, bounds)],
                "cases": []}
    for number, (name, mask) in enumerate(cases(len(model.spec.inputs))):
        inputs = [make_input(item, number, k, *bounds[k]) for k, item in enumerate(model.spec.inputs)]
        outputs = run_model(inputs, np.asarray([mask], np.float32), case_context(model.contexts, number))
        known = {item.name: index for item, index in zip(model.contexts, context_index(model.contexts, number))}
        document["cases"].append({
            "name": name, "avail": mask, **({"context": known} if known else {}),
            "outputs": {key: [float(f"{v:.7g}") for v in np.asarray(value, np.float64).reshape(-1)]
                        for key, value in outputs.items()}})
    jsonfile.write(path, document)
    return document


def torch_runner(model):
    """run_model for write_parity on PyTorch."""
    def run(inputs, avail, context=()):
        with torch.no_grad():
            outputs = model([torch.from_numpy(item) for item in inputs], torch.from_numpy(avail),
                            [torch.from_numpy(item) for item in context])
        return {name: value.numpy() for name, value in outputs.items()}
    return run
