"""Training one model: data and model from windows, then the loop, then the calibration."""

import torch

from . import checkpoint
from .build import build_model
from .calibrate import calibrate
from .data import check_labels, fit_normalisation, make_features
from .errors import TrainingError
from .trainer import Trainer


def train(spec, config, windows, train_index, validation_index, seed, log=print, folder=None, start=None, teacher=None):
    """Trains one model. Returns (model with the best averaged weights, history, FeatureSet of all windows).

    With an empty `validation_index` there is no early stopping and no calibration: the last weights are returned.
    With a `folder` the training can be killed and started again at any time: it continues after the last whole epoch.
    `start` is a state dict whose fitting weights are taken over (fine-tuning); `teacher` a distill.Teacher.
    """
    torch.manual_seed(seed)
    model = build_model(spec, config["model"])
    everything = make_features(model, windows)
    data = everything.subset(train_index)
    check_labels(spec, data, "training")
    fit_normalisation(model, data)
    if hasattr(model, "prepare"):
        model.prepare(data, seed)
    validation = everything.subset(validation_index) if len(validation_index) else None
    if start is not None:
        take_weights(model, start, log)
    identity = checkpoint.signature(config, windows.sha256, seed, [len(data), len(validation_index)])
    # Experts are judged as a calibrated whole: there is no early stopping of the perceptrons alone.
    watched = None if hasattr(model, "experts") else validation
    trainer = Trainer(model, config, data, watched, seed, log, folder, identity, teacher)
    history = trainer.run()
    if validation is not None:
        calibrate(model, validation, config["augment"]["recombine"])
    return model, history, everything


def fit(model, config, data, validation, seed, log=print):
    """Optimises `model` in place and leaves the best averaged weights in it; returns one entry per epoch."""
    return Trainer(model, config, data, validation, seed, log).run()


def take_weights(model, state, log=print):
    """Loads every tensor of `state` whose name and shape fit, but no readout, calibration or normalisation."""
    own, taken = model.state_dict(), {}
    for name, value in state.items():
        kept_out = name.split(".")[0] in ("readouts", "unimodal", "scales") or ".frontend." in name
        if not kept_out and name in own and own[name].shape == value.shape:
            taken[name] = value
    if not taken:
        raise TrainingError("none of the given weights fit this model: width, layers or modalities differ")
    own.update(taken)
    model.load_state_dict(own)
    log(f"took over {len(taken)} of {len(own)} tensors")
