"""Why a model answers as it does: how much its sensors interact (EMAP), and when in the window each one matters."""

import os

import torch

from . import jsonfile
from .data import FeatureSet
from .metrics import predict
from .model import one_hot_context
from .plot import heat_rows


def explain_model(model, data, folder, samples=64, seed=0):
    """Writes explain.json and saliency-<head>.png to `folder`; returns {"interaction": ..., "saliency": ...}."""
    generator = torch.Generator().manual_seed(seed)
    chosen = data.subset(torch.randperm(len(data), generator=generator)[:samples])
    report = {"windows": len(chosen), "interaction": interaction(model, chosen), "saliency": {}}
    os.makedirs(folder, exist_ok=True)
    for number, head in enumerate(model.spec.heads):
        rows = saliency(model, chosen, number)
        report["saliency"][head.name] = {name: [round(value, 6) for value in values] for name, values in rows.items()}
        heat_rows(os.path.join(folder, f"saliency-{head.name}.png"), rows, f"{head.name}: saliency over the window")
    jsonfile.write(os.path.join(folder, "explain.json"), report)
    return report


def interaction(model, data):
    """Per modality and head: how much of the answer is more than a sum of this modality's part and the rest's.

    EMAP: f~(i) = mean_j f(x_i, rest_j) + mean_j f(x_j, rest_i) - mean_jk f(x_j, rest_k), N^2 answers per modality.
    `score` is the share of the logits' variance that f~ misses (0: the sensors only add up), `changed` the share of
    windows in which f~ decides otherwise (not for a regression).
    """
    report = {}
    for number, name in enumerate(model.spec.modalities):
        fused = _all_pairs(model, data, number)
        report[name] = {head.name: emap_scores(values, head.kind == "classification")
                        for head, values in zip(model.spec.heads, fused)}
    return report


def _all_pairs(model, data, number):
    """Per head [N, N, C]: the answer to modality `number` of window i with everything else of window j."""
    count, results = len(data), [[] for _ in model.spec.heads]
    for i in range(count):
        own = torch.full((count,), i)
        features = [item[own] if m == number else item for m, item in enumerate(data.features)]
        avail = data.avail.clone()
        avail[:, number] = data.avail[i, number]
        fused, _ = predict(model, FeatureSet(features, avail, data.labels, data.group, data.context), avail)
        for head, values in enumerate(fused):
            results[head].append(values)
    return [torch.stack(values) for values in results]


def emap_scores(values, decides):
    """`score` and `changed` from all pairs [N, N, C]."""
    actual = values.diagonal(dim1=0, dim2=1).t()
    additive = values.mean(dim=1) + values.mean(dim=0) - values.mean(dim=(0, 1))
    if decides:  # a number added to all classes of a window changes nothing
        actual, additive = actual - actual.mean(dim=1, keepdim=True), additive - additive.mean(dim=1, keepdim=True)
    spread = float(((actual - actual.mean(dim=0)) ** 2).sum())
    score = float(((actual - additive) ** 2).sum()) / max(spread, 1e-12)
    result = {"score": round(score, 4)}
    if decides:
        result["changed"] = round(float((actual.argmax(dim=1) != additive.argmax(dim=1)).float().mean()), 4)
    return result


def saliency(model, data, head):
    """Modality -> importance over time [steps]: |d answer / d feature|, in normalised units, summed over channels and
    averaged over the windows; all modalities and steps together sum to 1."""
    features = [item.float().clone().requires_grad_() for item in data.features]
    model.eval()
    outputs = model.fuse(features, data.avail, context=one_hot_context(data.context, model.contexts))
    answer = outputs[model.spec.heads[head].tensor]
    decided = answer.max(dim=1).values.sum() if model.spec.heads[head].kind == "classification" else answer.sum()
    gradients = torch.autograd.grad(decided, features, allow_unused=True)
    rows = {}
    for name, encoder, item, gradient in zip(model.spec.modalities, model.encoders, features, gradients):
        if gradient is None:
            gradient = torch.zeros_like(item)
        scale = getattr(encoder.frontend, "scale", torch.tensor(2.0 / 255.0))
        strength = (gradient / scale).abs() if scale.dim() == 0 or gradient.shape[-1] == len(scale) else gradient.abs()
        rows[name] = _over_time(strength.mean(dim=0))
    total = sum(sum(values) for values in rows.values()) or 1.0
    return {name: [value / total for value in values] for name, values in rows.items()}


def _over_time(strength, most=200):
    """Sum over everything but the first axis; long series are summed up to at most `most` steps."""
    values = strength.reshape(strength.shape[0], -1).sum(dim=1)
    if len(values) > most:
        size = -(-len(values) // most)
        padded = torch.cat([values, values.new_zeros(-len(values) % size)])
        values = padded.reshape(-1, size).sum(dim=1)
    return [float(value) for value in values]
