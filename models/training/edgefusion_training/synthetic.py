"""Four synthetic sensors whose label is known to be redundant, unique to one sensor, or the XOR of two.

Each sensor shows one bit: unit noise plus 1.2 x the prototype of its bit in half of its steps. The two prototypes lie
2.1 apart, so that the best possible answer from one sensor of three such steps is right in Phi(1.2 x 2.1 x sqrt(3) / 2)
= 98.5 % and their XOR in 97.1 %. `redundant` gives all
sensors the same bit, which is the label; `unique` makes the microphone's bit the label; `xor` the exclusive or of
microphone and force, which no single sensor knows anything of.
"""

import numpy as np

from .errors import TrainingError
from .spec import parse_spec
from .windows import Windows

SENSORS = {"camera": 8, "microphone": 6, "force": 5, "proprioception": 5}  # steps, one token each
WIDTH, STRENGTH, DISTANCE = 16, 1.2, 2.1
KINDS = ("redundant", "unique", "xor")


def synthetic_spec():
    """The window spec of the four sensors."""
    inputs = [{"tensor": name, "modality": name, "kind": "vector", "type": "float32", "shape": [1, steps, WIDTH],
               "layout": "NTC", "elements": [f"{name}_{i}" for i in range(WIDTH)], "units": ["1"] * WIDTH,
               "rate_hz": steps} for name, steps in SENSORS.items()]
    return parse_spec({"schema": 1, "name": "synthetic", "version": "1.0.0", "description": "Synthetic sensors",
                       "window": {"length_ms": 1000, "hop_ms": 1000, "deadline_ms": 0}, "inputs": inputs,
                       "mask": {"tensor": "avail", "shape": [1, len(inputs)]},
                       "heads": [{"name": "bit", "kind": "classification", "tensor": "logits_bit",
                                  "labels": ["0", "1"]}]})


def synthetic_windows(kind, count, seed):
    """Windows of one kind; the same seed gives the same windows, the prototypes are always the same."""
    if kind not in KINDS:
        raise TrainingError(f"synthetic kind '{kind}' is unknown, expected {', '.join(KINDS)}")
    random, fixed = np.random.RandomState(seed), np.random.RandomState(20)
    bits = random.randint(0, 2, (count, len(SENSORS)))
    if kind == "redundant":
        bits[:] = bits[:, :1]
    inputs = {}
    for number, (name, steps) in enumerate(SENSORS.items()):
        prototypes = fixed.randn(2, WIDTH)
        prototypes *= DISTANCE / np.linalg.norm(prototypes[0] - prototypes[1])
        x = random.randn(count, steps, WIDTH)
        x[:, : (steps + 1) // 2] += STRENGTH * prototypes[bits[:, number]][:, None]
        inputs[name] = x.astype(np.float32)
    label = {"redundant": bits[:, 0], "unique": bits[:, 1], "xor": bits[:, 1] ^ bits[:, 2]}[kind]
    return Windows(inputs, np.ones((count, len(SENSORS)), np.float32), np.arange(count, dtype=np.int64),
                   {"bit": label.astype(np.int64)}, np.arange(count) % 20, [f"group-{i}" for i in range(20)],
                   [f"synthetic-{kind}-{count}-{seed}"])
