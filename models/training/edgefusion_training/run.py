"""A training run's folder: model.pt (weights and everything needed to export) beside readable metrics."""

import json
import os
import platform
import time

import numpy
import torch

from . import __version__, jsonfile
from .calibrate import average_calibration, read_calibration
from .config import fill_config
from .data import group_folds, split_by_group
from .errors import TrainingError
from .metrics import evaluate, mean_result
from .model import FusionModel
from .spec import parse_spec
from .train import train

CHECKPOINT, CROSSVALIDATION, METRICS = "model.pt", "crossvalidation.json", "metrics.json"
VALIDATION_FOLD, TEST_FOLD = 0, 1


def run_train(spec, config, windows, folder, log=print):
    """Trains with one fold for validation and one for the test; writes the checkpoint and the test's metrics."""
    fold_of = group_folds(windows, config["split"]["folds"], config["split"]["seed"])
    rest = [fold for fold in range(config["split"]["folds"]) if fold not in (VALIDATION_FOLD, TEST_FOLD)]
    index = [split_by_group(windows, fold_of, chosen) for chosen in (rest, [VALIDATION_FOLD], [TEST_FOLD])]
    model, history, data = train(spec, config, windows, index[0], index[1], config["seed"], log)
    measured = evaluate(model, data.subset(index[2]))
    measured["kind"] = "one split by group: test groups were seen neither in training nor in early stopping"
    _save(folder, model, spec, config, windows, history, measured)
    return model, measured


def run_crossvalidate(spec, config, windows, folder, log=print):
    """Trains once per fold (the next fold is its validation); writes mean metrics, epochs and calibrations."""
    folds = config["split"]["folds"]
    fold_of = group_folds(windows, folds, config["split"]["seed"])
    results, epochs, calibrations = [], [], []
    for fold in range(folds):
        validation = (fold + 1) % folds
        rest = [other for other in range(folds) if other not in (fold, validation)]
        model, history, data = train(spec, config, windows, split_by_group(windows, fold_of, rest),
                                     split_by_group(windows, fold_of, [validation]), config["seed"] + fold, log)
        results.append(evaluate(model, data.subset(split_by_group(windows, fold_of, [fold]))))
        epochs.append(max(history, key=lambda entry: entry["score"])["epoch"])
        calibrations.append(read_calibration(model))
        log(f"fold {fold}: best epoch {epochs[-1]}, accuracy {results[-1]['accuracy']['all']}")
    report = {"metrics": mean_result(results), "folds": results, "best_epochs": epochs, "calibrations": calibrations}
    report["metrics"]["kind"] = f"{folds}-fold cross-validation by group, validation by another fold"
    os.makedirs(folder, exist_ok=True)
    jsonfile.write(os.path.join(folder, CROSSVALIDATION), report)
    return report


def run_final(spec, config, windows, folder, log=print):
    """Trains on every group, for the epochs and with the calibration that the cross-validation found."""
    path = os.path.join(folder, CROSSVALIDATION)
    try:
        with open(path, encoding="utf-8") as stream:
            report = json.load(stream)
    except (OSError, ValueError) as error:
        raise TrainingError(f"cannot read '{path}': {error}; run crossvalidate with the same --run first") from error
    epochs = sorted(report["best_epochs"])[len(report["best_epochs"]) // 2]
    config = {**config, "training": {**config["training"], "epochs": epochs}}
    everything = numpy.arange(len(windows))
    model, history, _ = train(spec, config, windows, everything, everything[:0], config["seed"], log)
    average_calibration(model, report["calibrations"])
    _save(folder, model, spec, config, windows, history, report["metrics"])
    return model, report["metrics"]


def _save(folder, model, spec, config, windows, history, measured):
    os.makedirs(folder, exist_ok=True)
    provenance = {
        "recipe": config["recipe"],
        "seed": config["seed"],
        "windows": len(windows),
        "groups": len(set(windows.group.tolist())),
        "windows_sha256": windows.sha256[0] if len(windows.sha256) == 1 else windows.sha256,
        "trained_with": f"torch {torch.__version__}, numpy {numpy.__version__}, python {platform.python_version()}, "
                        f"edgefusion_training {__version__}",
        "created": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "epochs": len(history),
        "parameters": sum(parameter.numel() for parameter in model.parameters()),
        "macs": model.macs(),
        "config": {"model": model.options, **{key: config[key] for key in ("training", "augment", "split")}},
        "metrics": measured,
    }
    torch.save({"state": model.state_dict(), "spec": spec.raw, "config": config, "provenance": provenance},
               os.path.join(folder, CHECKPOINT))
    jsonfile.write(os.path.join(folder, METRICS), {"history": history, "metrics": measured})


def load_run(folder):
    """(model in evaluation mode, spec, config, provenance) of a finished run."""
    path = os.path.join(folder, CHECKPOINT)
    try:
        saved = torch.load(path, map_location="cpu")
    except (OSError, RuntimeError) as error:
        raise TrainingError(f"cannot read '{path}': {error}; train first") from error
    spec = parse_spec(saved["spec"], path)
    config = fill_config(saved["config"], path)
    model = FusionModel(spec, config["model"])
    model.load_state_dict(saved["state"])
    return model.eval(), spec, config, saved["provenance"]
