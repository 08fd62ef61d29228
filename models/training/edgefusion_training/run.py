"""A training run's folder: model.pt (weights and everything needed to export) beside readable metrics."""

import json
import os
import platform
import time

import numpy
import torch

from . import __version__, checkpoint, jsonfile
from .build import build_model
from .calibrate import average_calibration, left_out, read_calibration, settle
from .config import fill_config
from .data import group_folds, split_by_group
from .distributed import Processes
from .errors import TrainingError
from .metrics import evaluate, mean_result
from .spec import parse_spec
from .train import train

MODEL, CROSSVALIDATION, METRICS, FOLD_RESULT = "model.pt", "crossvalidation.json", "metrics.json", "fold.json"
VALIDATION_FOLD, TEST_FOLD = 0, 1


def run_train(spec, config, windows, folder, log=print, fraction=1.0, **options):
    """Trains with one fold for validation and one for the test; writes the model and the test's metrics.

    `fraction` < 1 trains on that share of the training groups only: how much do labels matter?
    """
    fold_of = group_folds(windows, config["split"]["folds"], config["split"]["seed"])
    rest = [fold for fold in range(config["split"]["folds"]) if fold not in (VALIDATION_FOLD, TEST_FOLD)]
    index = [split_by_group(windows, fold_of, chosen, chosen is rest)
             for chosen in (rest, [VALIDATION_FOLD], [TEST_FOLD])]
    index[0] = some_groups(windows, index[0], fraction, config["seed"])
    model, history, data = train(spec, config, windows, index[0], index[1], config["seed"], log, folder, **options)
    measured = evaluate(model, data.subset(index[2]))
    measured["kind"] = "one split by group: test groups were seen neither in training nor in early stopping"
    _save(folder, model, spec, config, windows, history, measured)
    return model, measured


def some_groups(windows, index, fraction, seed):
    """The windows of a random share of the groups in `index`, at least two groups."""
    if fraction >= 1.0:
        return index
    groups = numpy.random.RandomState(seed).permutation(numpy.unique(windows.group[index]))
    kept = groups[: max(2, round(len(groups) * fraction))]
    return index[numpy.isin(windows.group[index], kept)]


def run_crossvalidate(spec, config, windows, folder, log=print, **options):
    """Trains once per fold (the next fold is its validation); writes mean metrics, epochs and calibrations.

    Finished folds are read from the run's folder, so that an interrupted cross-validation goes on where it was.
    """
    folds = config["split"]["folds"]
    fold_of = group_folds(windows, folds, config["split"]["seed"])
    identity = checkpoint.signature(config, windows.sha256, config["seed"], [folds])
    parts = [_fold(spec, config, windows, fold_of, fold, folder, identity, log, options) for fold in range(folds)]
    report = {"metrics": mean_result([part["result"] for part in parts]), "folds": [part["result"] for part in parts],
              "best_epochs": [part["best_epoch"] for part in parts],
              "calibrations": [part["calibration"] for part in parts]}
    report["metrics"]["kind"] = f"{folds}-fold cross-validation by group, " + (
        "validation nested in the other folds" if config["split"]["validation"] == "inner"
        else "validation by another fold")
    if Processes().first:
        os.makedirs(folder, exist_ok=True)
        jsonfile.write(os.path.join(folder, CROSSVALIDATION), report)
    return report


def _fold(spec, config, windows, fold_of, fold, folder, identity, log, options):
    place = os.path.join(folder, f"fold-{fold}")
    done = _finished_fold(os.path.join(place, FOLD_RESULT), identity)
    if done is not None:
        log(f"fold {fold}: already done")
        return done
    if config["split"]["validation"] == "inner":
        model, data, part = _inner(spec, config, windows, fold_of, fold, place, log, options)
    else:
        model, data, part = _outer(spec, config, windows, fold_of, fold, place, log, options)
    part.update({"identity": identity,
                 "result": evaluate(model, data.subset(split_by_group(windows, fold_of, [fold])))})
    log(f"fold {fold}: best epoch {part['best_epoch']}, accuracy {part['result']['accuracy']['all']}")
    if Processes().first:
        jsonfile.write(os.path.join(place, FOLD_RESULT), part)
        checkpoint.discard(place)
    return part


def run_fold(spec, config, windows, fold, folder, log=print, fraction=1.0, **options):
    """Trains for one fold of the cross-validation; returns (model, the fold's FeatureSet, best epoch).

    With `fraction` < 1 only that share of the training windows, drawn over all groups, has labels.
    """
    fold_of = group_folds(windows, config["split"]["folds"], config["split"]["seed"])
    model, data, part = _outer(spec, config, windows, fold_of, fold, folder, log, options, fraction)
    checkpoint.discard(folder)
    return model, data.subset(split_by_group(windows, fold_of, [fold])), part["best_epoch"]


def test_windows(config, windows, fold):
    """[N] bool: the windows that `run_fold` tests on."""
    fold_of = group_folds(windows, config["split"]["folds"], config["split"]["seed"])
    return numpy.array([fold_of[int(group)] == fold for group in windows.group])


def _outer(spec, config, windows, fold_of, fold, place, log, options, fraction=1.0):
    """Early stopping and calibration on the next fold, which is then missing from the training."""
    folds, seed = config["split"]["folds"], config["seed"] + fold
    validation = (fold + 1) % folds
    rest = [other for other in range(folds) if other not in (fold, validation)]
    index = split_by_group(windows, fold_of, rest, True)
    if fraction < 1.0:
        index = numpy.random.RandomState(seed).permutation(index)[: max(2, round(len(index) * fraction))]
    model, history, data = train(spec, config, windows, index, split_by_group(windows, fold_of, [validation]), seed,
                                 log, place, **options)
    return model, data, {"best_epoch": _best_epoch(history), "calibration": read_calibration(model)}


def _inner(spec, config, windows, fold_of, fold, place, log, options):
    """Nested: epochs and calibration from models that each left one more fold out, then one model of all but `fold`.

    For few groups: nothing of the test fold is used, and no group is lost to validation.
    """
    rest = [other for other in range(config["split"]["folds"]) if other != fold]
    epochs, calibrations, parts = [], [], []
    for validation in (rest[fold:] + rest[:fold])[: config["split"]["inner_folds"] or None]:
        outside = split_by_group(windows, fold_of, [validation])
        model, history, data = train(
            spec, config, windows,
            split_by_group(windows, fold_of, [other for other in rest if other != validation], True),
            outside, config["seed"] + fold, log, os.path.join(place, f"inner-{validation}"), **options)
        parts.append(left_out(model, data.subset(outside)))
        epochs.append(_best_epoch(history))
        calibrations.append(read_calibration(model))
        checkpoint.discard(os.path.join(place, f"inner-{validation}"))
    best = _median(epochs)
    config = {**config, "training": {**config["training"], "epochs": best}}
    index = split_by_group(windows, fold_of, rest, True)
    model, _, data = train(spec, config, windows, index, index[:0], config["seed"] + fold, log, place, **options)
    settle(model, calibrations, parts)
    return model, data, {"best_epoch": best, "calibration": read_calibration(model)}


def _best_epoch(history):
    """The last one where nothing was watched."""
    return max(history, key=lambda entry: entry.get("score", entry["epoch"]))["epoch"]


def _median(values):
    return sorted(values)[len(values) // 2]


def _finished_fold(path, identity):
    try:
        with open(path, encoding="utf-8") as stream:
            part = json.load(stream)
    except (OSError, ValueError):
        return None  # not there, or cut off while it was written: the fold is trained again
    return part if part.get("identity") == identity else None


def run_final(spec, config, windows, folder, log=print, **options):
    """Trains on every group, for the epochs and with the calibration that the cross-validation found."""
    path = os.path.join(folder, CROSSVALIDATION)
    try:
        with open(path, encoding="utf-8") as stream:
            report = json.load(stream)
    except (OSError, ValueError) as error:
        raise TrainingError(f"cannot read '{path}': {error}; run crossvalidate with the same --run first") from error
    epochs = _median(report["best_epochs"])
    config = {**config, "training": {**config["training"], "epochs": epochs}}
    everything = numpy.arange(len(windows))
    model, history, _ = train(spec, config, windows, everything, everything[:0], config["seed"], log, folder, **options)
    average_calibration(model, report["calibrations"])
    _save(folder, model, spec, config, windows, history, report["metrics"])
    return model, report["metrics"]


def _save(folder, model, spec, config, windows, history, measured):
    if not Processes().first:
        return
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
        "parameters": model.parameters_count(),
        "macs": model.macs(),
        "config": {"model": model.options, **{key: config[key] for key in ("training", "augment", "split")}},
        "metrics": measured,
    }
    path = os.path.join(folder, MODEL)
    torch.save({"state": model.state_dict(), "spec": spec.raw, "config": config, "provenance": provenance},
               path + ".new")
    os.replace(path + ".new", path)
    jsonfile.write(os.path.join(folder, METRICS), {"history": history, "metrics": measured})
    checkpoint.discard(folder)


def load_run(folder):
    """(model in evaluation mode, spec, config, provenance) of a finished run."""
    path = os.path.join(folder, MODEL)
    try:
        saved = checkpoint.load_file(path)
    except (OSError, RuntimeError) as error:
        raise TrainingError(f"cannot read '{path}': {error}; train first") from error
    spec = parse_spec(saved["spec"], path)
    config = fill_config(saved["config"], path)
    model = build_model(spec, config["model"])
    try:
        model.load_state_dict(saved["state"])
    except RuntimeError as error:
        raise TrainingError(f"the weights in '{path}' are of another version of this package "
                            f"({saved['provenance'].get('trained_with', 'unknown')}): train again") from error
    return model.eval(), spec, config, saved["provenance"]
