"""How good a model is: with all sensors, without each, with each alone, pooled per object or trial, and how honest."""

import torch

from .model import one_hot_context
from .readout import masked_weights

ECE_BINS = 15


def predict(model, data, avail, batch=256):
    """Logits (or values) per head and per modality for `data` under the mask `avail` [N, M], on the CPU."""
    model.eval()
    device = next(model.parameters()).device
    fused = [[] for _ in model.spec.heads]
    unimodal = [[] for _ in model.spec.heads]
    with torch.no_grad():
        for start in range(0, len(data), batch):
            part = slice(start, start + batch)
            context = [item.to(device) for item in one_hot_context(data.context[part], model.contexts)]
            outputs = model.fuse([item[part].to(device) for item in data.features], avail[part].to(device),
                                 context=context)
            for number, head in enumerate(model.spec.heads):
                fused[number].append(outputs[head.tensor].cpu())
                unimodal[number].append(outputs[head.per_modality_tensor].cpu())
    return [torch.cat(item) for item in fused], [torch.cat(item) for item in unimodal]


def accuracy(logits, labels):
    """Share of windows with a label that are right; for the values of a regression the explained share of variance.

    None when no window has a label.
    """
    if labels.dim() == 2:
        known = ~torch.isnan(labels).any(dim=1)
        return r_squared(logits[known], labels[known]) if bool(known.any()) else None
    known = labels >= 0
    if not bool(known.any()):
        return None
    return float((logits[known].argmax(dim=1) == labels[known]).float().mean())


def r_squared(values, labels):
    """1 - error / variance, mean over the head's values and at least -1; 0 for the best constant."""
    error = ((values - labels) ** 2).mean(dim=0)
    spread = ((labels - labels.mean(dim=0)) ** 2).mean(dim=0).clamp(min=1e-12)
    return float((1.0 - error / spread).clamp(min=-1.0).mean())


def macro_f1(logits, labels):
    """Mean F1 of the classes that occur in the labels."""
    found, known = logits.argmax(dim=1), labels >= 0
    found, labels = found[known], labels[known]
    scores = []
    for one in labels.unique():
        hit = float(((found == one) & (labels == one)).sum())
        scores.append(2.0 * hit / float((found == one).sum() + (labels == one).sum()))
    return sum(scores) / len(scores) if scores else None


def reliability(logits, labels):
    """Per bin of confidence [windows, sum of confidences, right ones]; None when no window has a label."""
    known = labels >= 0
    if not bool(known.any()):
        return None
    confidence, found = logits[known].softmax(dim=1).max(dim=1)
    right = (found == labels[known]).float()
    place = (confidence * ECE_BINS).long().clamp(max=ECE_BINS - 1)
    columns = torch.stack([torch.ones_like(confidence), confidence, right], dim=1)
    return torch.zeros(ECE_BINS, 3).index_add_(0, place, columns).tolist()


def calibration_error(logits, labels):
    """ECE: mean distance of confidence and accuracy over 15 equal bins of confidence, weighted by their windows."""
    return binned_error(reliability(logits, labels))


def binned_error(bins):
    """The calibration error of `reliability`'s bins."""
    if bins is None:
        return None
    return sum(abs(confidence - right) for _, confidence, right in bins) / sum(count for count, _, _ in bins)


def auc(logits, labels):
    """Area under the ROC curve of a two-class head: the chance that an event scores above an ordinary window."""
    known = labels >= 0
    score, positive = logits[known, 1] - logits[known, 0], labels[known] == 1
    if logits.shape[1] != 2 or not bool(positive.any()) or bool(positive.all()):
        return None
    ordered, where = score[~positive].sort()[0], score[positive].contiguous()
    below = torch.searchsorted(ordered, where).double()
    upto = torch.searchsorted(ordered, where, right=True).double()
    return float((0.5 * (below + upto)).mean() / len(ordered))


def conditions(model, avail):
    """Name -> mask: all sensors, each sensor taken away, each sensor alone."""
    names = model.spec.modalities
    masks = {"all": avail}
    for index, name in enumerate(names):
        without = avail.clone()
        without[:, index] = 0.0
        masks[f"without {name}"] = without
    for index, name in enumerate(names):
        only = torch.zeros_like(avail)
        only[:, index] = avail[:, index]
        masks[f"only {name}"] = only
    return masks


def evaluate(model, data):
    """{"windows": n, "accuracy": {condition: {head: a}}, "object_accuracy": {head: a}, baselines, macro-F1, ECE}; with
    "trial_accuracy" where the windows tell their trials."""
    heads = [head.name for head in model.spec.heads]
    result = {"windows": len(data), "groups": int(data.group.unique().numel()), "accuracy": {}}
    for name, mask in conditions(model, data.avail).items():
        usable = mask.sum(dim=1) > 0
        part, part_mask = (data, mask) if bool(usable.all()) else (data.subset(usable), mask[usable])
        if not len(part):
            continue
        fused, unimodal = predict(model, part, part_mask)
        scores = [accuracy(logits, part.labels[i]) for i, logits in enumerate(fused)]
        result["accuracy"][name] = dict(zip(heads, scores))
        if name == "all":
            result["object_accuracy"] = dict(zip(heads, pooled(fused, part, part.group)))
            if bool((part.trial >= 0).any()):
                result["trial_accuracy"] = dict(zip(heads, pooled(fused, part, part.trial)))
            result["averaged_scores"] = dict(zip(heads, _averaged(unimodal, part)))
            for key, measure in (("macro_f1", macro_f1), ("reliability", reliability)):
                result[key] = {head.name: measure(fused[i], part.labels[i]) if head.kind == "classification" else None
                               for i, head in enumerate(model.spec.heads)}
            result["ece"] = {name: binned_error(bins) for name, bins in result["reliability"].items()}
            detectors = {head.name: auc(fused[i], part.labels[i]) for i, head in enumerate(model.spec.heads)
                         if head.kind == "classification" and head.size == 2}
            if detectors:
                result["auc"] = detectors
    return result


def _added(bins):
    """Sum of several folds' bins, or None where none of them has any."""
    known = [item for item in bins if item is not None]
    return torch.tensor(known, dtype=torch.float64).sum(dim=0).tolist() if known else None


def _averaged(unimodal, data):
    """Baseline: plain mean of the per-modality probabilities (or values)."""
    weights = masked_weights(data.avail).unsqueeze(-1)
    return [accuracy(((logits.softmax(dim=-1) if data.labels[i].dim() == 1 else logits) * weights).sum(dim=1),
                     data.labels[i]) for i, logits in enumerate(unimodal)]


def pooled(fused, data, pool):
    """Accuracy per object or trial when the log-probabilities of all its windows are added; None for a head whose label
    changes within one, as that of an event does. Windows of the pool -1 are left out."""
    groups, where = pool.unique(return_inverse=True)
    scores = []
    for i, logits in enumerate(fused):
        known = data.known(i) & (pool >= 0)
        if data.labels[i].dim() == 2 or not bool(known.any()):
            scores.append(None)
            continue
        total = torch.zeros(len(groups), logits.shape[1]).index_add_(0, where[known], logits[known].log_softmax(-1))
        label = torch.full((len(groups),), -1, dtype=torch.long)
        label[where[known]] = data.labels[i][known]
        if not torch.equal(label[where[known]], data.labels[i][known]):
            scores.append(None)
            continue
        scores.append(accuracy(total, label))
    return scores


def table(result, heads):
    """Markdown table of one evaluation (or of a mean over folds)."""
    lines = ["| sensors | " + " | ".join(heads) + " |", "|---|" + "---|" * len(heads)]
    rows = [(name, scores) for name, scores in result["accuracy"].items()]
    rows.append(("plain mean of per-sensor scores", result["averaged_scores"]))
    rows.append(("all, all windows of an object together", result["object_accuracy"]))
    if "trial_accuracy" in result:
        rows.append(("all, the windows of a trial together", result["trial_accuracy"]))
    measures = (("all, macro-F1", "macro_f1"), ("all, ECE", "ece"), ("all, ROC AUC", "auc"))
    rows += [(label, result[key]) for label, key in measures
             if key in result]
    for name, scores in rows:
        cells = ["-" if scores.get(head) is None else f"{scores[head]:.3f}" for head in heads]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def mean_result(results):
    """Mean over folds, weighted by windows; the calibration error is that of all their windows together, since the few
    windows of one fold's bins look miscalibrated by chance alone."""
    def merge(parts, weights):
        if isinstance(parts[0], dict):
            return {key: merge([part[key] for part in parts if key in part],
                               [w for part, w in zip(parts, weights) if key in part]) for key in parts[0]}
        known = [(value, weight) for value, weight in zip(parts, weights) if value is not None]
        return sum(v * w for v, w in known) / sum(w for _, w in known) if known else None

    weights = [item["windows"] for item in results]
    merged = {key: merge([item[key] for item in results], weights)
              for key in ("accuracy", "object_accuracy", "trial_accuracy", "averaged_scores", "macro_f1", "ece", "auc")
              if all(key in item for item in results)}
    if all("reliability" in item for item in results):
        merged["ece"] = {head: binned_error(_added([item["reliability"][head] for item in results]))
                         for head in results[0]["reliability"]}
    return {"folds": len(results), "windows": sum(weights), "groups": sum(item["groups"] for item in results),
            **merged}
