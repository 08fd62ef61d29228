"""Training configuration: one JSON file per model, every fault reported at once."""

import json
import os

from .augment import AUGMENT_DEFAULTS
from .errors import TrainingError
from .names import unknown_choice, unknown_names
from .options import MODEL_DEFAULTS
from .spec import load_spec

TRAINING_DEFAULTS = {
    "epochs": 40, "batch": 64, "samples_per_epoch": 0, "learning_rate": 1e-3, "weight_decay": 0.05,
    "warmup": 0.05, "clip": 1.0, "label_smoothing": 0.1, "unimodal_loss": 0.3, "ema": 0.999,
    "patience": 0, "head_weights": {},
    "task_sampling": "all", "task_weights": {},  # "weighted": one head per step, drawn by these weights
    "device": "auto", "amp": True,               # mixed precision is used on a GPU only
}
SPLIT_DEFAULTS = {"folds": 5, "seed": 0, "by": "group", "validation": "fold", "inner_folds": 0}
DISTILL_DEFAULTS = {"weight": 1.0, "temperature": 2.0, "attention": 0.0, "sees": "all"}
PRETRAIN_DEFAULTS = {"epochs": 40, "batch": 64, "learning_rate": 1e-3, "weight_decay": 0.05, "warmup": 0.05,
                     "clip": 1.0, "ratio": {}, "decoder_width": 64, "decoder_layers": 2, "contrastive": 0.0,
                     "contrastive_temperature": 0.1}
SECTIONS = {"model": MODEL_DEFAULTS, "training": TRAINING_DEFAULTS, "augment": AUGMENT_DEFAULTS,
            "split": SPLIT_DEFAULTS, "distill": DISTILL_DEFAULTS, "pretrain": PRETRAIN_DEFAULTS}
MEMBERS = ["spec", "recipe", "seed", "readme", "derive", *SECTIONS]


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
    """Adds the defaults of every section; raises TrainingError naming unknown members and what may be meant."""
    faults = unknown_names(config, MEMBERS)
    filled = {key: value for key, value in config.items() if key not in SECTIONS}
    filled.setdefault("seed", 0)
    filled.setdefault("derive", {})  # head -> rule, see derive.py
    filled["recipe"] = _prose(config.get("recipe", ""))
    readme = dict(config.get("readme", {}))
    filled["readme"] = {key: [_prose(item) for item in value] if key in ("notes", "limits") else _prose(value)
                        for key, value in readme.items()}
    for section, defaults in SECTIONS.items():
        given = config.get(section, {})
        faults += unknown_names(given, defaults, section + ".")
        faults += _types(given, defaults, section)
        filled[section] = {**defaults, **given}
    faults = faults or _values(filled)  # values are compared only when they are of the right kind
    if faults:
        raise TrainingError(f"'{origin}' is not usable: " + "; ".join(faults))
    return filled


def _types(given, defaults, section):
    """A value must be of its default's kind; defaults of None, and what may be one of two kinds, are checked later."""
    faults = []
    for key, value in given.items():
        default = defaults.get(key)
        if default is None or (section, key) == ("model", "readout"):
            continue
        for kind, name in ((bool, "true or false"), ((int, float), "a number"), (str, "a text"), (list, "an array"),
                           (dict, "an object")):
            if isinstance(default, kind):
                if not isinstance(value, kind) or (kind is not bool and isinstance(value, bool)):
                    faults.append(f"{section}.{key} must be {name}, not {value!r}")
                break
    return faults


def _values(filled):
    training, split = filled["training"], filled["split"]
    faults = [f"{section}.{key} must be at least 1" for section in ("training", "pretrain")
              for key in ("epochs", "batch") if not filled[section][key] >= 1]
    for key in ("learning_rate", "clip"):
        if not training[key] > 0:
            faults.append(f"training.{key} must be positive")
    if not 0.0 <= training["ema"] < 1.0:
        faults.append("training.ema must be within 0 (off) and below 1")
    if split["folds"] < 3:
        faults.append("split.folds must be at least 3 (training, validation, test)")
    faults.append(unknown_choice(split["by"], ("group", "labels"), "split.by"))
    faults.append(unknown_choice(split["validation"], ("fold", "inner"), "split.validation"))
    faults.append(unknown_choice(training["task_sampling"], ("all", "weighted"), "training.task_sampling"))
    faults.append(unknown_choice(filled["distill"]["sees"], ("all", "same"), "distill.sees"))
    for key in ("modality_dropout", "modality_dropout_from", "corrupt_share", "context_dropout"):
        if not 0.0 <= filled["augment"][key] <= 1.0:
            faults.append(f"augment.{key} must be within 0..1")
    if not 0.0 < filled["augment"]["token_keep"] <= 1.0:
        faults.append("augment.token_keep must be above 0 and at most 1")
    return [fault for fault in faults if fault]


def set_member(config, path, value):
    """A copy of a (not yet filled) configuration with one member changed; `path` as "model.fusion"."""
    copy = dict(config)
    head, _, rest = path.partition(".")
    copy[head] = set_member(dict(copy.get(head, {})), rest, value) if rest else value
    return copy


def _prose(text):
    """Text may be given as an array of lines, since JSON strings cannot be broken."""
    return " ".join(text) if isinstance(text, list) else text
