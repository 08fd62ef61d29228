"""A smaller model for a robot that lacks a sensor: the same answers as the full model with that sensor masked."""

import json
import re

import torch

from .errors import TrainingError
from .model import FusionModel
from .spec import parse_spec

_NUMBERED = re.compile(r"^(encoders|unimodal\.[^.]+|layers\.(?:mixing|mlps)\.\d+|fusion\.cross\.\d+"
                       r"|readouts\.[^.]+\.extras)\.(\d+)\.")


def without_modality(model, modality):
    """A FusionModel built without `modality`, with the weights of `model`."""
    spec = model.spec
    if modality not in spec.modalities or len(spec.modalities) < 2:
        raise TrainingError(f"cannot leave out '{modality}': the model has {', '.join(spec.modalities)}")
    gone = spec.modalities.index(modality)
    kept = [number for number in range(len(spec.modalities)) if number != gone]
    raw = json.loads(json.dumps(spec.raw))
    raw["inputs"] = [raw["inputs"][number] for number in kept]
    raw["mask"]["shape"] = [1, len(kept)]
    options = json.loads(json.dumps(model.options))
    options["modalities"].pop(modality, None)
    options["share_groups"] = [group for group in ([name for name in group if name != modality]
                                                   for group in options["share_groups"]) if group]
    smaller = FusionModel(parse_spec(raw), options)
    state, own = model.state_dict(), smaller.state_dict()
    for name, value in own.items():
        value.copy_(_fitting(state[_source_name(name, model, smaller, kept)], value, name, model, kept))
    return smaller.eval()


def _source_name(name, model, smaller, kept):
    """The full model's name of a weight of the smaller one."""
    found = _NUMBERED.match(name)
    if not found:
        return name
    kind, number = found[1], int(found[2])
    if kind.startswith("layers.mixing") or kind.startswith("fusion.cross"):
        number = model.layers.mixing_of[kept[smaller.layers.mixing_of.index(number)]]
    elif kind.startswith("layers.mlps"):
        number = model.layers.mlp_of[kept[smaller.layers.mlp_of.index(number)]]
    elif kind.endswith(".extras"):
        number = _pairs(model, smaller, kept)[number]
    elif kind == "encoders" or not model.options["share_head"]:
        number = kept[number]
    return f"{kind}.{number}.{name[found.end():]}"


def _pairs(model, smaller, kept):
    """Number in the full model of each extra representation of the smaller one."""
    if model.options["fusion"] != "pairwise":
        return [0]
    return [model.fusion.pairs.index((kept[i], kept[j])) for i, j in smaller.fusion.pairs]


def _fitting(value, like, name, model, kept):
    """The part of a weight that the smaller model has."""
    if value.shape == like.shape:
        return value
    if name == "fusion.kind" or name.endswith(".gate"):
        return value[kept]
    if name.endswith(".temperature"):
        return value[[sum(1 << kept[bit] for bit in range(len(kept)) if place >> bit & 1)
                      for place in range(len(like))]]
    if name.endswith(".hidden.weight") and name.startswith("readouts."):
        return value[:, _concat_columns(model, kept)]
    if name.startswith("fusion.mixers."):
        counts = model.fusion.counts
        places = torch.cat([torch.arange(sum(counts[:k]), sum(counts[: k + 1])) for k in kept])
        return value[:, places] if name.endswith("gather") else value[places]
    if name.endswith("gather"):  # token mixers are as wide as the longest modality that uses them
        return value[:, : like.shape[1]]
    if name.endswith("spread"):
        return value[: like.shape[0]]
    raise TrainingError(f"weight {name} of shape {list(value.shape)} cannot be cut to {list(like.shape)}")


def _concat_columns(model, kept):
    """Columns of a concat readout: modalities, further representations, context."""
    width, count = model.options["width"], len(model.spec.inputs)
    blocks = list(kept)
    if model.options["fusion"] == "pairwise":
        blocks += [count + number for number, (i, j) in enumerate(model.fusion.pairs) if i in kept and j in kept]
    elif model.options["fusion"] == "perceiver":
        blocks.append(count)
    extras = {"pairwise": count * (count - 1), "perceiver": 1}.get(model.options["fusion"], 0)
    columns = [torch.arange(block * width, (block + 1) * width) for block in blocks]
    context = sum(len(item.labels) for item in model.contexts)
    return torch.cat(columns + [torch.arange((count + extras) * width, (count + extras) * width + context)])
