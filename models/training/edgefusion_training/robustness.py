"""Accuracy against the level of corruption, 0..1, per modality and of all together, and the area under the curve."""

import os

import torch

from . import jsonfile
from .data import FeatureSet
from .disturb import corrupt
from .metrics import accuracy, predict
from .plot import line_chart

LEVELS = tuple(step / 10 for step in range(11))


def robustness(model, data, levels=LEVELS, seed=0):
    """{"levels": [...], "curves": {modality or "all": {head: [accuracy per level]}}, "area": {...: {head: area}}}.

    Higher is better; the area is the trapezoid mean, so 1 is perfect at every level. The sensors still say that they
    are available: a noisy sensor is worse than a missing one.
    """
    names = model.spec.modalities
    curves = {name: {head.name: [] for head in model.spec.heads} for name in names + ["all"]}
    for target in curves:
        for step, level in enumerate(levels):
            generator = torch.Generator().manual_seed(seed * 1000 + step)
            features = [corrupt(item, torch.full((len(data),), level), encoder.frontend, generator)
                        if level and target in (name, "all") else item
                        for name, item, encoder in zip(names, data.features, model.encoders)]
            fused, _ = predict(model, FeatureSet(features, data.avail, data.labels, data.group, data.context),
                               data.avail)
            for number, head in enumerate(model.spec.heads):
                curves[target][head.name].append(accuracy(fused[number], data.labels[number]))
    return {"levels": list(levels), "curves": curves,
            "area": {target: {head: area(levels, values) for head, values in heads.items()}
                     for target, heads in curves.items()}}


def area(levels, values):
    """Trapezoid area divided by the range of levels; None when a value is missing."""
    if any(value is None for value in values):
        return None
    total = sum((b - a) * (u + v) / 2 for a, b, u, v in zip(levels, levels[1:], values, values[1:]))
    return total / (levels[-1] - levels[0])


def write_robustness(result, folder):
    """robustness.json and one picture per head."""
    os.makedirs(folder, exist_ok=True)
    jsonfile.write(os.path.join(folder, "robustness.json"), result)
    for head in result["curves"]["all"]:
        series = {target: list(zip(result["levels"], heads[head])) for target, heads in result["curves"].items()}
        line_chart(os.path.join(folder, f"robustness-{head}.png"), series, "corruption level", head, 0.0, 1.0)
