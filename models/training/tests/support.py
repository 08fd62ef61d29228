"""Small specs, models and synthetic windows shared by the tests. No real data."""

import json
import os
import sys

import numpy as np
import torch

PACKAGE_ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, PACKAGE_ROOT)
torch.set_num_threads(1)

from edgefusion_training.model import FusionModel  # noqa: E402  (the path must be set first)
from edgefusion_training.spec import load_spec, parse_spec  # noqa: E402


def spec_path(name):
    return os.path.join(PACKAGE_ROOT, "specs", name + ".json")


def real_spec(name):
    return load_spec(spec_path(name))


def vector_input(name, steps=4, width=3):
    return {"tensor": name, "modality": name, "kind": "vector", "type": "float32", "shape": [1, steps, width],
            "layout": "NTC", "elements": [f"{name}_{i}" for i in range(width)], "units": ["1"] * width,
            "rate_hz": steps, "anchor": "start", "interpolation": "linear"}


def tiny_raw(names=("a", "b", "c"), classes=2, steps=4, width=3):
    return {"schema": 1, "name": "tiny", "version": "0.0.1", "description": "Synthetic",
            "window": {"length_ms": 1000, "hop_ms": 100, "deadline_ms": 60},
            "inputs": [vector_input(name, steps, width) for name in names],
            "mask": {"tensor": "avail", "shape": [1, len(names)]},
            "heads": [{"name": "kind", "kind": "classification", "tensor": "logits_kind",
                       "labels": [f"k{i}" for i in range(classes)]}]}


def tiny_spec(*arguments, **named):
    return parse_spec(json.loads(json.dumps(tiny_raw(*arguments, **named))))


def tiny_model(spec, seed=0, **options):
    torch.manual_seed(seed)
    defaults = {"width": 16, "layers": 4, "fusion_layer": 1, "bottleneck_tokens": 2, "attention_heads": 2,
                "mlp_ratio": 2, "readout": "mean_logits"}
    model = FusionModel(spec, {**defaults, **options}).eval()
    with torch.no_grad():  # zero-initialised parts would hide mistakes
        for name, parameter in model.named_parameters():
            if parameter.dim() == 1 or name.endswith("cls"):
                parameter.add_(torch.randn_like(parameter) * 0.1)
    return model


def random_inputs(spec, count=3, seed=1):
    random = np.random.RandomState(seed)
    return [torch.from_numpy(random.randn(count, *item.shape[1:]).astype(np.float32)) for item in spec.inputs]


def write_windows(path, spec, count=24, groups=6, seed=0, change=None):
    """A synthetic window file; `change(arrays)` may damage it."""
    random = np.random.RandomState(seed)
    arrays = {}
    for item in spec.inputs:
        shape = (count,) + item.shape[1:]
        arrays[item.tensor] = (random.randint(0, 256, shape).astype(np.uint8) if item.type == "uint8"
                               else random.randn(*shape).astype(np.float32))
    arrays["avail"] = np.ones((count, len(spec.inputs)), np.float32)
    arrays["coverage"] = np.ones((count, len(spec.inputs)), np.float32)
    arrays["start_ns"] = np.arange(count, dtype=np.int64) * 100_000_000
    arrays["group"] = (np.arange(count) % groups).astype(np.int32)
    arrays["groups"] = np.array([f"object-{i}" for i in range(groups)])
    labels = {}
    for head in spec.heads:
        if head.kind == "regression":
            arrays["labels_" + head.name] = random.randn(count, head.size).astype(np.float32)
        else:
            arrays["labels_" + head.name] = ((np.arange(count) % groups) % len(head.labels)).astype(np.int32)
        labels[head.name] = list(head.labels)
    for item in spec.context:
        arrays["context_" + item.name] = (np.arange(count) % (len(item.labels) + 1) - 1).astype(np.int32)
    arrays["meta"] = np.array(json.dumps({"model": spec.name, "tool": "test", "recordings": [],
                                          "inputs": [item.tensor for item in spec.inputs], "labels": labels,
                                          "context": {item.name: list(item.labels) for item in spec.context}}))
    if change:
        change(arrays)
    np.savez(path, **arrays)
    return path


LONG = os.environ.get("EDGEFUSION_LONG_TESTS", "") not in ("", "0")


def switch_spec():
    """All kinds of input, both kinds of head, one context: what the switches are tested on."""
    raw = tiny_raw(("a", "c"), steps=4, width=3)
    vector, other = raw["inputs"]
    eye = {"tensor": "eye", "modality": "eye", "kind": "frames", "type": "uint8", "shape": [1, 2, 8, 8, 1],
           "layout": "NTHWC", "pixel_format": "gray8", "rate_hz": 2}
    sound = {"tensor": "sound", "modality": "sound", "kind": "audio", "type": "float32", "shape": [1, 800],
             "layout": "NT", "rate_hz": 800}
    raw["inputs"] = [vector, eye, other, sound]
    raw["mask"]["shape"] = [1, 4]
    raw["heads"].append({"name": "place", "kind": "regression", "tensor": "values", "elements": ["x", "y"],
                         "units": ["m", "m"]})
    raw["context"] = [{"name": "behaviour", "tensor": "context_behaviour", "labels": ["push", "lift", "drop"]}]
    return parse_spec(raw)


def switch_model(seed=0, **options):
    """Raw patches for sound, TokenLearner on the frames, pooling on a vector."""
    modalities = {"eye": {"tubelet": [1, 4, 4], "reduce": "token_learner", "reduce_to": 3},
                  "sound": {"tokeniser": "waveform", "patch_samples": 100},
                  "c": {"reduce": "pool", "reduce_to": 2, "reduce_after": 0}}
    model = tiny_model(switch_spec(), seed, **{"layers": 3, "modalities": modalities, "latents": 3, **options})
    with torch.no_grad():  # the context starts without any effect
        for encoder in model.encoders:
            for table in encoder.context.tables:
                table.weight.add_(torch.randn_like(table.weight) * 0.3)
        model.scales["place"].mean.copy_(torch.tensor([1.0, -2.0]))
        model.scales["place"].scale.copy_(torch.tensor([2.0, 0.5]))
    return model


def switch_inputs(spec, count, seed=1):
    """Random windows and known contexts."""
    random = np.random.RandomState(seed)
    inputs = [torch.from_numpy(random.randint(0, 256, (count,) + item.shape[1:]).astype(np.uint8)
                               if item.type == "uint8" else random.randn(count, *item.shape[1:]).astype(np.float32))
              for item in spec.inputs]
    return inputs, [torch.nn.functional.one_hot(torch.arange(count) % 3, 3).float()]


def synthetic_files(folder, count=400, kind="redundant", **sections):
    """(configuration, window file) of the synthetic sensors in `folder`: a small, fast training."""
    from edgefusion_training import jsonfile
    from edgefusion_training.synthetic import synthetic_spec, synthetic_windows

    spec, windows = synthetic_spec(), synthetic_windows(kind, count, 1)
    jsonfile.write(os.path.join(folder, "spec.json"), spec.raw)
    arrays = {"avail": windows.avail, "coverage": windows.avail, "start_ns": windows.start_ns,
              "group": windows.group.astype(np.int32), "groups": np.array(windows.groups),
              "labels_bit": windows.labels["bit"].astype(np.int32), "meta": np.array("{}"), **windows.inputs}
    np.savez(os.path.join(folder, "windows.npz"), **arrays)
    config = {"spec": "spec.json", "model": {"width": 16, "layers": 3, "fusion_layer": 1, "attention_heads": 2,
                                             "bottleneck_tokens": 2, "readout": "mean_logits"},
              "training": {"epochs": 4, "batch": 32, "learning_rate": 3e-3, "ema": 0.9},
              "split": {"folds": 4, "by": "group"}, "seed": 3}
    for section, members in sections.items():
        config[section] = {**config.get(section, {}), **members} if isinstance(members, dict) else members
    jsonfile.write(os.path.join(folder, "config.json"), config)
    return os.path.join(folder, "config.json"), os.path.join(folder, "windows.npz")


def run_cli(*arguments):
    """(exit code, standard output, standard error) of the command line, run in this process."""
    import contextlib
    import io
    import warnings

    from edgefusion_training import cli

    with contextlib.redirect_stdout(io.StringIO()) as out, contextlib.redirect_stderr(io.StringIO()) as err:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            code = cli.main(list(arguments))
    return code, out.getvalue(), err.getvalue()
