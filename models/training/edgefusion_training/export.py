"""Export: opset 17 ONNX, checked against PyTorch before it is kept, with manifest, parity file and README."""

import hashlib
import inspect
import os

import numpy as np
import torch
from torch import nn

from . import jsonfile
from .block import LAYER_NORM_EPSILON
from .errors import TrainingError
from .fold import fold
from .modelcard import write_readme
from .onnx_reference import evaluate_graph
from .parity import TOLERANCE, case_context, cases, make_input, ranges, torch_runner, write_parity
from .split import compare_split, export_split

OPSET = 17
MODEL_FILE, MANIFEST_FILE, PARITY_FILE, README_FILE = "model.onnx", "manifest.json", "parity.json", "README.md"
SIZE_LIMIT_BYTES = 20 * 1024 * 1024  # models live in the repository


class Flat(nn.Module):
    """The model with positional inputs and outputs, as tracing wants it."""

    def __init__(self, model, names):
        super().__init__()
        self.model, self.names = model, names

    def forward(self, *tensors):
        count = len(self.model.spec.inputs)
        outputs = self.model(tensors[:count], tensors[count], tensors[count + 1:])
        return tuple(outputs[name] for name in self.names)


def output_names(spec):
    """Output tensors in the graph's order: heads, heads per modality, embedding."""
    return ([head.tensor for head in spec.heads] + [head.per_modality_tensor for head in spec.heads]
            + [spec.embedding_tensor])


def export_model(model, provenance, folder, readme=None, split=False):
    """Writes model.onnx, manifest.json, parity.json and README.md to `folder`; returns the manifest.

    With `split` also one graph per encoder and one for the fusion. Raises TrainingError when a graph and PyTorch
    disagree by more than the parity tolerance: that graph is not kept.
    """
    spec = model.spec
    model.eval()
    check_exportable(model)
    os.makedirs(folder, exist_ok=True)
    temporary = os.path.join(folder, MODEL_FILE + ".new")
    try:
        write_graph(model, temporary)
        worst = compare(model, temporary)
        if not worst <= TOLERANCE:
            raise TrainingError(f"exported graph of '{spec.name}' differs from PyTorch by {worst:.2g} "
                                f"(tolerance {TOLERANCE:g}); it was not kept")
        if os.path.getsize(temporary) > SIZE_LIMIT_BYTES:
            raise TrainingError(f"model file of '{spec.name}' has {os.path.getsize(temporary)} bytes, the limit is "
                                f"{SIZE_LIMIT_BYTES}: reduce width or layers")
        os.replace(temporary, os.path.join(folder, MODEL_FILE))
    finally:
        if os.path.exists(temporary):
            os.remove(temporary)
    manifest = make_manifest(model, provenance, os.path.join(folder, MODEL_FILE))
    if split:
        manifest["split"] = write_split(model, folder)
    manifest["provenance"]["export_error"] = float(f"{worst:.2g}")
    jsonfile.write(os.path.join(folder, MANIFEST_FILE), manifest)
    write_parity(model, torch_runner(model), os.path.join(folder, PARITY_FILE))
    write_readme(os.path.join(folder, README_FILE), manifest, readme or {})
    return manifest


def check_exportable(model):
    """What would make a useless or unreadable model file is said before anything is written."""
    faults = []
    bad = [name for name, value in model.state_dict().items()
           if value.is_floating_point() and not bool(torch.isfinite(value).all())]
    if bad:
        faults.append(f"{len(bad)} weights are not finite ({', '.join(bad[:3])}): the training diverged, train again "
                      "with a lower learning rate")
    size = sum(value.numel() * value.element_size() for value in model.state_dict().values())
    if size > SIZE_LIMIT_BYTES:
        faults.append(f"the weights take {size} bytes, the limit is {SIZE_LIMIT_BYTES}: reduce width or layers, or "
                      "share weights")
    taken = [item.tensor for item in model.spec.inputs] + [item.tensor for item in model.contexts]
    taken += [model.spec.mask_tensor] + output_names(model.spec)
    twice = sorted({name for name in taken if taken.count(name) > 1})
    if twice:
        faults.append(f"tensor names are used twice: {', '.join(twice)}")
    if faults:
        raise TrainingError(f"'{model.spec.name}' cannot be exported: " + "; ".join(faults))


def write_split(model, folder):
    """The split graphs; a TrainingError, and no graphs, when they give other numbers than the whole model."""
    split = export_split(model, folder, output_names(model.spec), trace)
    worst = compare_split(model, split, folder)
    if not worst <= TOLERANCE:
        for entry in split["encoders"] + [split["fusion"]]:
            os.remove(os.path.join(folder, entry["file"]))
        raise TrainingError(f"split graphs of '{model.spec.name}' differ from PyTorch by {worst:.2g} (tolerance "
                            f"{TOLERANCE:g}); they were not kept")
    return split


def write_graph(model, path):
    """Traces the model at batch 1 with static shapes and folds constants."""
    spec = model.spec
    inputs = tuple(torch.zeros(item.shape, dtype=getattr(torch, item.type)) for item in spec.inputs)
    names = output_names(spec)
    # The wrapper must be in evaluation mode: the exporter restores the mode it finds, children included.
    context = tuple(torch.zeros(1, len(item.labels)) for item in model.contexts)
    trace(Flat(model, names), inputs + (torch.ones(1, len(inputs)),) + context, path,
          [item.tensor for item in spec.inputs] + [spec.mask_tensor] + [item.tensor for item in model.contexts], names)


def trace(module, examples, path, input_names, output_names):
    """torch.onnx.export without its leftovers: constants folded, no source paths, checked."""
    try:
        import onnx
    except ImportError as error:
        raise TrainingError("export needs the onnx package: apt-get install python3-onnx (or pip install onnx)"
                            ) from error

    options = {"dynamo": False} if "dynamo" in inspect.signature(torch.onnx.export).parameters else {}
    torch.onnx.export(module.eval(), examples, path, input_names=input_names, output_names=output_names,
                      opset_version=OPSET, do_constant_folding=True, **options)
    graph = onnx.load(path)
    graph.producer_name, graph.producer_version = "edgefusion_training", ""
    for node in graph.graph.node:
        node.ClearField("doc_string")
    fold(graph)
    onnx.checker.check_model(graph, full_check=True)
    onnx.save(graph, path)


def compare(model, path):
    """Largest absolute difference between the graph (numpy reference) and PyTorch over all parity cases."""
    run, bounds, worst = torch_runner(model), ranges(model), 0.0
    for number, (_, mask) in enumerate(cases(len(model.spec.inputs))):
        inputs = [make_input(item, number, k, *bounds[k]) for k, item in enumerate(model.spec.inputs)]
        avail = np.asarray([mask], np.float32)
        context = case_context(model.contexts, number)
        feeds = {item.tensor: value for item, value in zip(model.spec.inputs, inputs)}
        feeds[model.spec.mask_tensor] = avail
        feeds.update({item.tensor: row for item, row in zip(model.contexts, context)})
        graph, expected = evaluate_graph(path, feeds), run(inputs, avail, context)
        for name, value in expected.items():
            difference = np.abs(graph[name] - value).max()
            worst = max(worst, float("inf") if np.isnan(difference) else float(difference))
    return worst


def make_manifest(model, provenance, path):
    """The window spec completed to the runtime's manifest."""
    with open(path, "rb") as stream:
        digest = hashlib.sha256(stream.read()).hexdigest()
    raw = model.spec.raw
    manifest = {key: raw[key] for key in ("schema", "name", "version", "description") if key in raw}
    manifest.update({"file": os.path.basename(path), "sha256": digest, "opset": OPSET})
    manifest.update({key: value for key, value in raw.items() if key not in manifest})
    manifest["embedding"] = {"tensor": model.spec.embedding_tensor, "size": model.options["width"]}
    manifest["heads"] = [{**item, "per_modality_tensor": head.per_modality_tensor}
                         for head, item in zip(model.spec.heads, raw["heads"])]
    manifest.pop("context", None)
    if model.contexts:
        manifest["context"] = [{"name": item.name, "tensor": item.tensor, "labels": list(item.labels)}
                               for item in model.contexts]
    manifest["numerics"] = {"gelu": "erf", "layer_norm_epsilon": LAYER_NORM_EPSILON}
    manifest["frontend"] = {item.tensor: encoder.frontend.describe()
                            for item, encoder in zip(model.spec.inputs, model.encoders)}
    manifest["provenance"] = dict(provenance)
    return manifest
