"""The window spec: the model's inputs, mask and heads, as written in specs/*.json and in manifest.json."""

import json
from dataclasses import dataclass

from .errors import TrainingError

KINDS = {"frames": "uint8", "audio": "float32", "vector": "float32"}
ANCHORS = ("start", "center", "end")
INTERPOLATIONS = ("nearest", "hold", "linear")


@dataclass(frozen=True)
class InputSpec:
    """One input tensor. `shape` is the shape at batch 1, so the leading 1 is part of it."""

    tensor: str
    modality: str
    kind: str
    type: str
    shape: tuple
    rate_hz: float
    raw: dict  # the whole JSON object: it travels unchanged into the manifest


@dataclass(frozen=True)
class HeadSpec:
    """One head and the names of its two output tensors. `labels` are a classification's classes; a regression has
    the names of its values there."""

    name: str
    tensor: str
    labels: tuple
    per_modality_tensor: str
    kind: str = "classification"

    @property
    def size(self):
        """Number of classes or values."""
        return len(self.labels)


@dataclass(frozen=True)
class ContextSpec:
    """One discrete context input, float32 [1, labels], one-hot; all zero means unknown."""

    name: str
    tensor: str
    labels: tuple


@dataclass(frozen=True)
class WindowSpec:
    """A parsed window spec. `raw` keeps members this package does not interpret."""

    name: str
    inputs: tuple
    mask_tensor: str
    heads: tuple
    embedding_tensor: str
    raw: dict
    context: tuple = ()

    @property
    def modalities(self):
        """Modality names in mask order."""
        return [item.modality for item in self.inputs]


def load_spec(path):
    """Reads and checks a window spec or a manifest; raises TrainingError naming the file and every fault."""
    try:
        with open(path, encoding="utf-8") as stream:
            raw = json.load(stream)
    except (OSError, ValueError) as error:
        raise TrainingError(f"cannot read window spec '{path}': {error}") from error
    return parse_spec(raw, path)


def parse_spec(raw, origin="window spec"):
    """Builds a WindowSpec from its JSON object; raises TrainingError listing every fault at once."""
    faults = []
    if not isinstance(raw, dict) or raw.get("schema") != 1:
        raise TrainingError(f"'{origin}' is not a window spec of schema 1")
    inputs = [parsed for parsed in (_input(item, i, faults) for i, item in enumerate(_list(raw, "inputs", faults)))
              if parsed]
    heads = [parsed for parsed in (_head(item, i, faults) for i, item in enumerate(_list(raw, "heads", faults)))
             if parsed]
    context = [parsed for parsed in (_context(item, i, faults) for i, item in enumerate(raw.get("context") or []))
               if parsed]
    mask = raw.get("mask") or {}
    if mask.get("shape") != [1, len(inputs)] or not mask.get("tensor"):
        faults.append(f"mask needs a tensor name and the shape [1, {len(inputs)}] (one flag per input)")
    for label, names in (("input tensors", [i.tensor for i in inputs]), ("modalities", [i.modality for i in inputs]),
                         ("heads", [h.name for h in heads]), ("context inputs", [c.name for c in context])):
        if len(set(names)) != len(names):
            faults.append(f"{label} are not unique: {', '.join(names)}")
    if not isinstance(raw.get("name"), str):
        faults.append("name is missing")
    if not isinstance(raw.get("window"), dict) or not raw["window"].get("length_ms", 0) > 0:
        faults.append("window.length_ms must be positive")
    if faults:
        raise TrainingError(f"window spec '{origin}' is not usable: " + "; ".join(faults))
    embedding = (raw.get("embedding") or {}).get("tensor", "embedding")
    return WindowSpec(raw["name"], tuple(inputs), mask["tensor"], tuple(heads), embedding, raw, tuple(context))


def _list(raw, key, faults):
    value = raw.get(key)
    if not isinstance(value, list) or not value:
        faults.append(f"{key} must be a non-empty array")
        return []
    return value


def _input(item, index, faults):
    where = f"inputs[{index}]"
    missing = [key for key in ("tensor", "modality", "kind", "type", "shape", "rate_hz") if key not in item]
    if missing:
        faults.append(f"{where} lacks {', '.join(missing)}")
        return None
    kind, shape = item["kind"], item["shape"]
    if kind not in KINDS:
        faults.append(f"{where}.kind is '{kind}', expected one of {', '.join(KINDS)}")
        return None
    if item["type"] != KINDS[kind]:
        faults.append(f"{where}.type is '{item['type']}', {kind} needs {KINDS[kind]}")
    rank = {"frames": 5, "audio": 2, "vector": 3}[kind]
    if len(shape) != rank or shape[0] != 1 or any(not isinstance(n, int) or n < 1 for n in shape):
        faults.append(f"{where}.shape is {shape}, {kind} needs {rank} positive integers, the first one 1")
        return None
    if kind == "vector" and len(item.get("elements", ())) != shape[2]:
        faults.append(f"{where} names {len(item.get('elements', ()))} elements for a width of {shape[2]}")
    if item.get("anchor", "start") not in ANCHORS:
        faults.append(f"{where}.anchor is '{item['anchor']}', expected one of {', '.join(ANCHORS)}")
    if item.get("interpolation", "nearest") not in INTERPOLATIONS:
        faults.append(f"{where}.interpolation is '{item['interpolation']}', expected {', '.join(INTERPOLATIONS)}")
    return InputSpec(item["tensor"], item["modality"], kind, item["type"], tuple(shape), float(item["rate_hz"]), item)


def _head(item, index, faults):
    where = f"heads[{index}]"
    kind = item.get("kind")
    if kind not in ("classification", "regression"):
        faults.append(f"{where}.kind is '{kind}', expected classification or regression")
        return None
    if kind == "regression":
        labels = item.get("elements") or item.get("labels") or []
        if not labels or len(set(labels)) != len(labels):
            faults.append(f"{where}.elements needs a different name for each value")
        if len(item.get("units", ())) != len(labels):
            faults.append(f"{where}.units names {len(item.get('units', ()))} units for {len(labels)} values")
    else:
        labels = item.get("labels", [])
        if len(labels) < 2 or len(set(labels)) != len(labels):
            faults.append(f"{where}.labels needs two or more different names")
    if not item.get("name") or not item.get("tensor"):
        faults.append(f"{where} needs a name and a tensor")
        return None
    per_modality = item.get("per_modality_tensor") or item["tensor"] + "_per_modality"
    return HeadSpec(item["name"], item["tensor"], tuple(labels), per_modality, kind)


def _context(item, index, faults):
    labels = item.get("labels") or []
    if not item.get("name") or len(labels) < 2 or len(set(labels)) != len(labels):
        faults.append(f"context[{index}] needs a name and two or more different labels")
        return None
    return ContextSpec(item["name"], item.get("tensor") or "context_" + item["name"], tuple(labels))
