"""Training configuration: one JSON file per model, every fault reported at once."""

import json
import os

from .augment import AUGMENT_DEFAULTS
from .errors import TrainingError
from .model import MODEL_DEFAULTS
from .spec import load_spec

TRAINING_DEFAULTS = {"epochs": 40, "batch": 64, "samples_per_epoch": 0, "learning_rate": 1e-3, "weight_decay": 0.05,
                     "warmup": 0.05, "clip": 1.0, "label_smoothing": 0.1, "unimodal_loss": 0.3, "ema": 0.999,
                     "patience": 0, "head_weights": {}}
SPLIT_DEFAULTS = {"folds": 5, "seed": 0, "by": "group"}
SECTIONS = {"model": MODEL_DEFAULTS, "training": TRAINING_DEFAULTS, "augment": AUGMENT_DEFAULTS,
            "split": SPLIT_DEFAULTS}


def load_config(path):
    """Reads a configuration and its spec; returns (config with defaults filled in, WindowSpec)."""
    try:
        with open(path, encoding="utf-8") as stream:
            config = json.load(stream)
    except (OSError, ValueError) as error:
        raise TrainingError(f"cannot read configuration '{path}': {error}") from error
    if "spec" not in config:
        raise TrainingError(f"configuration '{path}' names no spec")
    spec = load_spec(os.path.join(os.path.dirname(path), config["spec"]))
    return fill_config(config, path), spec


def fill_config(config, origin="configuration"):
    """Adds the defaults of every section; raises TrainingError naming unknown members."""
    known = set(SECTIONS) | {"spec", "recipe", "seed", "readme"}
    faults = [f"unknown member '{key}'" for key in config if key not in known]
    filled = {key: value for key, value in config.items() if key not in SECTIONS}
    filled.setdefault("seed", 0)
    filled["recipe"] = _prose(config.get("recipe", ""))
    readme = dict(config.get("readme", {}))
    filled["readme"] = {key: [_prose(item) for item in value] if key in ("notes", "limits") else _prose(value)
                        for key, value in readme.items()}
    for section, defaults in SECTIONS.items():
        given = config.get(section, {})
        faults += [f"unknown member '{section}.{key}'" for key in given if key not in defaults]
        filled[section] = {**defaults, **given}
    training = filled["training"]
    for key in ("epochs", "batch"):
        if training[key] < 1:
            faults.append(f"training.{key} must be at least 1")
    if not 0.0 <= training["ema"] < 1.0:
        faults.append("training.ema must be within 0 (off) and below 1")
    if filled["split"]["folds"] < 3:
        faults.append("split.folds must be at least 3 (training, validation, test)")
    if filled["split"]["by"] not in ("group", "labels"):
        faults.append(f"split.by is '{filled['split']['by']}', expected group or labels")
    if faults:
        raise TrainingError(f"'{origin}' is not usable: " + "; ".join(faults))
    return filled


def _prose(text):
    """Text may be given as an array of lines, since JSON strings cannot be broken."""
    return " ".join(text) if isinstance(text, list) else text
