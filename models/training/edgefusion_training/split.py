"""Split export: one graph per encoder and one for the fusion, cut where the modalities meet.

The runtime may then run an encoder as soon as its sensor has settled, or not at all when the sensor is missing: the
fusion graph cuts off what a missing modality's tokens hold, so that anything, zeros for instance, may stand there.
"""

import hashlib
import os

import numpy as np
import torch
from torch import nn

from .errors import TrainingError
from .onnx_reference import evaluate_graph
from .parity import case_context, cases, make_input, ranges, torch_runner

FUSION_FILE = "fusion.onnx"


class EncoderGraph(nn.Module):
    """One modality from raw samples to its tokens at the cut, and which of them are hidden, if any can be."""

    def __init__(self, model, number):
        super().__init__()
        self.model, self.number = model, number

    def forward(self, raw):
        features = self.model.encoders[self.number].frontend.features(raw)
        x, keep = self.model.encode(self.number, features)
        if self.model.late:  # nobody reads the other tokens any more
            return x[:, :1]
        return x if keep is None else (x, keep)


class FusionGraph(nn.Module):
    """All modalities' tokens, mask and context to the monolith's outputs."""

    def __init__(self, model, keeps, names):
        super().__init__()
        self.model, self.keeps, self.names = model, keeps, names

    def forward(self, *tensors):
        values, tokens, keeps = list(tensors), [], []
        for kept in self.keeps:
            tokens.append(values.pop(0))
            keeps.append(values.pop(0) if kept else None)
        outputs = self.model.meet(tokens, keeps, values[0], context=values[1:])
        return tuple(outputs[name] for name in self.names)


def export_split(model, folder, names, trace):
    """Writes the graphs to `folder`; returns the manifest's member `split`.

    `names` are the monolith's output tensors, `trace(module, examples, path, inputs, outputs)` writes one graph.
    """
    if not hasattr(model, "meet"):
        raise TrainingError(f"'{model.spec.name}' is an expert model, which has no tokens to cut at: export it without "
                            "--split")
    if model.contexts and model.options["context_mode"] != "film_at_cut":
        raise TrainingError(f"'{model.spec.name}' cannot be split: with context_mode '{model.options['context_mode']}' "
                            "its encoders depend on the context; train with model.context_mode film_at_cut")
    spec, encoders, examples = model.spec, [], []
    context = [torch.zeros(1, len(item.labels)) for item in model.contexts]
    context_names = [item.tensor for item in model.contexts]
    for number, item in enumerate(spec.inputs):
        module = EncoderGraph(model, number).eval()
        raw = torch.zeros(item.shape, dtype=getattr(torch, item.type))
        with torch.no_grad():
            results = module(raw)
        results = list(results) if isinstance(results, tuple) else [results]
        outputs = [f"tokens_{item.modality}"] + [f"keep_{item.modality}"] * (len(results) - 1)
        name = f"encoder-{item.modality}.onnx"
        trace(module, (raw,), os.path.join(folder, name), [item.tensor], outputs)
        encoders.append({"modality": item.modality, "file": name, "sha256": _digest(os.path.join(folder, name)),
                         "inputs": [item.tensor], "outputs": outputs})
        examples += results
    module = FusionGraph(model, [len(item["outputs"]) > 1 for item in encoders], names).eval()
    inputs = [name for item in encoders for name in item["outputs"]] + [spec.mask_tensor]
    trace(module, (*examples, torch.ones(1, len(spec.inputs)), *context), os.path.join(folder, FUSION_FILE),
          inputs + context_names, names)
    return {"encoders": encoders, "fusion": {"file": FUSION_FILE, "sha256": _digest(os.path.join(folder, FUSION_FILE))}}


def compare_split(model, split, folder):
    """Largest difference between the split graphs (numpy reference) and PyTorch's monolith over all parity cases.

    As in the runtime, the encoder of a missing sensor does not run: its tokens are zeros.
    """
    run, bounds, worst = torch_runner(model), ranges(model), 0.0
    for number, (_, mask) in enumerate(cases(len(model.spec.inputs))):
        inputs = [make_input(item, number, k, *bounds[k]) for k, item in enumerate(model.spec.inputs)]
        context, avail = case_context(model.contexts, number), np.asarray([mask], np.float32)
        known = {item.tensor: row for item, row in zip(model.contexts, context)}
        feeds = {model.spec.mask_tensor: avail, **known}
        for value, entry, present in zip(inputs, split["encoders"], mask):
            outputs = evaluate_graph(os.path.join(folder, entry["file"]), {entry["inputs"][0]: value})
            feeds.update(outputs if present else {name: np.zeros_like(item) for name, item in outputs.items()})
        found = evaluate_graph(os.path.join(folder, split["fusion"]["file"]), feeds)
        for name, value in run(inputs, avail, context).items():
            difference = np.abs(found[name] - value).max()
            worst = max(worst, float("inf") if np.isnan(difference) else float(difference))
    return worst


def _digest(path):
    with open(path, "rb") as stream:
        return hashlib.sha256(stream.read()).hexdigest()
