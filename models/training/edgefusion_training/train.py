"""The training loop: fused plus per-modality losses, averaged weights, early stopping on unseen objects."""

import copy
import math
import time

import torch
from torch.nn import functional

from .augment import Augmenter
from .calibrate import calibrate
from .data import fit_normalisation, make_features
from .metrics import predict
from .model import FusionModel


def train(spec, config, windows, train_index, validation_index, seed, log=print):
    """Trains one model. Returns (model with the best averaged weights, history, FeatureSet of all windows).

    With an empty `validation_index` there is no early stopping and no calibration: the last weights are returned.
    """
    torch.manual_seed(seed)
    model = FusionModel(spec, config["model"])
    everything = make_features(model, windows)
    data = everything.subset(train_index)
    fit_normalisation(model, data)
    validation = everything.subset(validation_index) if len(validation_index) else None
    history = fit(model, config, data, validation, seed, log)
    if validation is not None:
        calibrate(model, validation, config["augment"]["recombine"])
    return model, history, everything


def fit(model, config, data, validation, seed, log=print):
    """Optimises `model` in place and leaves the best averaged weights in it; returns one entry per epoch."""
    options, generator = config["training"], torch.Generator().manual_seed(seed)
    augmenter = Augmenter(model.spec, config["augment"], generator)
    optimiser = make_optimiser(model, options)
    per_epoch = min(options["samples_per_epoch"] or len(data), len(data))
    steps = max(1, per_epoch // options["batch"])
    total = steps * options["epochs"]
    average, best, history = copy.deepcopy(model), None, []
    for epoch in range(options["epochs"]):
        model.train()
        order = torch.randperm(len(data), generator=generator)
        begin, loss_sum = time.perf_counter(), 0.0
        for step in range(steps):
            done = epoch * steps + step
            index = order[step * options["batch"]: (step + 1) * options["batch"]]
            set_rate(optimiser, options, done, total)
            loss_sum += train_step(model, augmenter, optimiser, data, index, done / total, config)
            update_average(average, model, min(options["ema"], (1.0 + done) / (10.0 + done)))
        entry = {"epoch": epoch + 1, "loss": loss_sum / steps,
                 "samples_per_s": steps * options["batch"] / (time.perf_counter() - begin)}
        if validation is not None:
            entry.update(score(average, validation))
            if best is None or entry["score"] > best[0]:
                best = (entry["score"], epoch + 1, copy.deepcopy(average.state_dict()))
        history.append(entry)
        log(" ".join(f"{key} {value:.4g}" for key, value in entry.items()))
        if best is not None and options["patience"] and epoch + 1 - best[1] >= options["patience"]:
            break
    model.load_state_dict(best[2] if best is not None else average.state_dict())
    model.eval()
    return history


def train_step(model, augmenter, optimiser, data, index, progress, config):
    """One optimiser step on the windows at `index`; returns the loss."""
    frontends = [encoder.frontend for encoder in model.encoders]
    features, avail, targets = augmenter.batch(data, index, progress, frontends)
    outputs = model.fuse(features, avail, augmenter.options["token_keep"])
    loss = total_loss(model.spec, outputs, avail, targets, config["training"])
    optimiser.zero_grad(set_to_none=True)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), config["training"]["clip"])
    optimiser.step()
    return float(loss)


def total_loss(spec, outputs, avail, targets, options):
    """Per head: cross entropy of the fused logits + 0.3 x its mean over the available modalities; then the sum."""
    loss = torch.zeros(())
    for head, target in zip(spec.heads, targets):
        weight = options["head_weights"].get(head.name, 1.0)
        fused = soft_cross_entropy(outputs[head.tensor], target, options["label_smoothing"])
        each = soft_cross_entropy(outputs[head.per_modality_tensor], target.unsqueeze(1), options["label_smoothing"])
        unimodal = (each * avail).sum(dim=1) / avail.sum(dim=1).clamp(min=1.0)
        known = target.sum(dim=1).clamp(max=1.0)
        part = (fused + options["unimodal_loss"] * unimodal) * known
        loss = loss + weight * part.sum() / known.sum().clamp(min=1.0)
    return loss


def soft_cross_entropy(logits, target, smoothing):
    """Cross entropy against soft targets [.., C] with label smoothing; one value per leading index."""
    classes = logits.shape[-1]
    smooth = target * (1.0 - smoothing) + smoothing / classes
    return -(smooth * functional.log_softmax(logits, dim=-1)).sum(dim=-1)


def make_optimiser(model, options):
    """AdamW; biases, norms, positions, CLS and bottleneck tokens are not decayed."""
    decayed = [p for name, p in model.named_parameters() if p.dim() == 2]
    rest = [p for name, p in model.named_parameters() if p.dim() != 2]
    return torch.optim.AdamW([{"params": decayed, "weight_decay": options["weight_decay"]},
                              {"params": rest, "weight_decay": 0.0}], lr=options["learning_rate"])


def set_rate(optimiser, options, step, total):
    """Linear warm-up, then cosine to zero."""
    warm = max(1, int(total * options["warmup"]))
    share = (step + 1) / warm if step < warm else 0.5 * (1 + math.cos(math.pi * (step - warm) / max(1, total - warm)))
    for group in optimiser.param_groups:
        group["lr"] = options["learning_rate"] * share


def update_average(average, model, decay):
    """Exponential moving average of the weights; the early steps count less, so that no start-up bias remains."""
    with torch.no_grad():
        for slow, fast in zip(average.parameters(), model.parameters()):
            slow.lerp_(fast, 1.0 - decay)
        for slow, fast in zip(average.buffers(), model.buffers()):
            slow.copy_(fast)


def score(model, data):
    """Validation: accuracy per head with all sensors; `score` is the mean accuracy minus a tenth of the mean loss.

    The loss term separates epochs of equal accuracy: a few validation objects give a coarse accuracy.
    """
    fused, _ = predict(model, data, data.avail)
    entry, accuracies, losses = {}, [], []
    for number, head in enumerate(model.spec.heads):
        labels = data.labels[:, number]
        known = labels >= 0
        if not bool(known.any()):
            continue
        logits, labels = fused[number][known], labels[known]
        accuracies.append(float((logits.argmax(dim=1) == labels).float().mean()))
        losses.append(float(functional.cross_entropy(logits, labels)))
        entry[head.name] = accuracies[-1]
    entry["score"] = sum(accuracies) / max(len(accuracies), 1) - 0.1 * sum(losses) / max(len(losses), 1)
    return entry
