"""After training: gates and temperatures fitted on validation objects, never on the objects trained on."""

import itertools

import torch
from torch.nn import functional

from .data import FeatureSet
from .metrics import predict
from .pool import average_pools, calibrate_pools, read_pools
from .readout import MeanReadout, masked_weights, subset_number

GATE_LIMIT = 4.0  # e^4: at most about 55:1 between two sensors, so that a gate never switches a sensor off for good
GATE_PENALTY = 1e-3
SUBSET_PENALTY = 1e-3  # of a subset's temperature that differs from the others: a few windows cannot tell
OUTSIDE_GATE = -8.0  # e^-8 = 0.0003: a sensor declared unrelated to a head speaks only when no other is there


def calibrate(model, data, recombine=()):
    """Fits per head one temperature per subset of the sensors, and for mean readouts one gate per modality, by cross
    entropy over masks.

    All non-empty subsets of the sensors are used, so that the weights also fit a window with sensors missing. Sensors
    that `recombine` (the augmentation's groups) keeps apart from a head were trained on labels independent of them:
    their gate is closed rather than fitted, since a few validation objects show chance correlations.
    """
    if hasattr(model, "experts"):
        calibrate_pools(model, data)
        return
    count = len(model.spec.inputs)
    masks = [mask for mask in itertools.product((0.0, 1.0), repeat=count) if any(mask)]
    seen = [[] for _ in model.spec.heads]
    for mask in masks:
        avail = data.avail * torch.tensor(mask)
        usable = avail.sum(dim=1) > 0
        if not bool(usable.any()):
            continue
        part = data.subset(usable)
        fused, unimodal = predict(model, part, avail[usable])
        for number in range(len(model.spec.heads)):
            seen[number].append((fused[number], unimodal[number], avail[usable], part.labels[number]))
    for number, head in enumerate(model.spec.heads):
        if head.kind == "regression":
            continue  # nothing to calibrate: values have no temperature, and gates would need an error model
        fused, unimodal, avail, labels = (torch.cat(column) for column in zip(*seen[number]))
        known = labels >= 0
        if bool(known.any()):
            fit_readout(model.readouts[head.name], fused[known], unimodal[known], avail[known], labels[known],
                        _related(model.spec, head.name, recombine))


def _related(spec, head, recombine):
    """[M] 1 for the modalities recombined together with `head`; all of them when nothing is declared."""
    for group in recombine:
        if head in group["heads"]:
            return torch.tensor([float(name in group["modalities"]) for name in spec.modalities])
    return torch.ones(len(spec.modalities))


def fit_readout(readout, fused, unimodal, avail, labels, related):
    """Sets temperatures and gates of one readout by its answers [N, C], those of its modalities [N, M, C], the masks
    that they were given with and the labels; `related` [M] is 0 for modalities that know nothing of the head."""
    gated = readout.gated
    gate = torch.zeros(avail.shape[1], requires_grad=gated)
    log_temperature = torch.zeros((), requires_grad=True)
    apart = torch.zeros_like(readout.temperature, requires_grad=True)
    optimiser = torch.optim.LBFGS([log_temperature, apart] + ([gate] if gated else []), max_iter=50,
                                  line_search_fn="strong_wolfe")
    subset = subset_number(avail)
    fused, unimodal = fused / readout.scale(avail), unimodal / readout.alone()

    def scale():
        return (log_temperature + apart[subset]).exp().unsqueeze(1)

    def bounded():
        return torch.where(related > 0.0, gate.clamp(-GATE_LIMIT, GATE_LIMIT), torch.tensor(OUTSIDE_GATE))

    def logits():
        if not gated:
            return fused * scale()
        weights = masked_weights(avail, bounded()).unsqueeze(-1)
        return (unimodal * weights).sum(dim=1) * scale()

    def loss():
        optimiser.zero_grad()
        value = functional.cross_entropy(logits(), labels) + GATE_PENALTY * (gate * gate).sum()
        value = value + SUBSET_PENALTY * (apart * apart).sum()
        value.backward()
        return value

    optimiser.step(loss)
    with torch.no_grad():
        readout.temperature.copy_((log_temperature + apart).exp().clamp(0.05, 20.0))
        if gated:
            readout.gate.copy_(bounded())


def read_calibration(model):
    """Head name -> {"temperature": [per subset], "gate": [per modality]} (the gate only for mean readouts)."""
    if hasattr(model, "experts"):
        return read_pools(model)
    found = {}
    for name, readout in model.readouts.items():
        found[name] = {"temperature": readout.temperature.tolist()}
        if isinstance(readout, MeanReadout):
            found[name]["gate"] = readout.gate.tolist()
    return found


def left_out(model, data):
    """What `settle` needs of a model and the validation windows that it was not trained on; None where it needs the
    calibrations only."""
    return (data, model.answers(data)) if hasattr(model, "experts") else None


def settle(model, calibrations, parts):
    """Calibrates a model trained on everything by models that each left one fold out.

    Experts are fitted once to the answers on all these folds together: a fold may hold a few events only, to which
    everything could be fitted, and the mean of such fits is as sure of itself as they are.
    """
    if not parts or parts[0] is None:
        average_calibration(model, calibrations)
        return
    answers = [[torch.cat(voice, dim=1) for voice in zip(*block)] for block in zip(*(found for _, found in parts))]
    calibrate_pools(model, FeatureSet.joined([data for data, _ in parts]), answers)


def average_calibration(model, calibrations):
    """Sets the mean of several calibrations: gates in the log domain as they are, temperatures geometrically."""
    if hasattr(model, "experts"):
        average_pools(model, calibrations)
        return
    for name, readout in model.readouts.items():
        readout.temperature.copy_(torch.tensor([item[name]["temperature"] for item in calibrations])
                                  .log().mean(dim=0).exp())
        if isinstance(readout, MeanReadout):
            readout.gate.copy_(torch.tensor([item[name]["gate"] for item in calibrations]).mean(dim=0))
