"""Accuracy with all sensors, without each, with each alone, and the late baselines made of the same scores."""

import torch

from .readout import masked_weights


def predict(model, data, avail, batch=256):
    """Logits per head and per modality for `data` under the mask `avail` [N, M]."""
    model.eval()
    fused = [[] for _ in model.spec.heads]
    unimodal = [[] for _ in model.spec.heads]
    with torch.no_grad():
        for start in range(0, len(data), batch):
            part = slice(start, start + batch)
            outputs = model.fuse([item[part] for item in data.features], avail[part])
            for number, head in enumerate(model.spec.heads):
                fused[number].append(outputs[head.tensor])
                unimodal[number].append(outputs[head.per_modality_tensor])
    return [torch.cat(item) for item in fused], [torch.cat(item) for item in unimodal]


def accuracy(logits, labels):
    """Share of windows with a label that are right; NaN-free: None when no window has one."""
    known = labels >= 0
    if not bool(known.any()):
        return None
    return float((logits[known].argmax(dim=1) == labels[known]).float().mean())


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
    """{"windows": n, "accuracy": {condition: {head: a}}, "object_accuracy": {head: a}, "baselines": {...}}."""
    heads = [head.name for head in model.spec.heads]
    result = {"windows": len(data), "groups": int(data.group.unique().numel()), "accuracy": {}}
    for name, mask in conditions(model, data.avail).items():
        usable = mask.sum(dim=1) > 0
        part, part_mask = (data, mask) if bool(usable.all()) else (data.subset(usable), mask[usable])
        if not len(part):
            continue
        fused, unimodal = predict(model, part, part_mask)
        scores = [accuracy(logits, part.labels[:, i]) for i, logits in enumerate(fused)]
        result["accuracy"][name] = dict(zip(heads, scores))
        if name == "all":
            result["object_accuracy"] = dict(zip(heads, _by_group(fused, part)))
            result["averaged_scores"] = dict(zip(heads, _averaged(unimodal, part)))
    return result


def _averaged(unimodal, data):
    """Baseline: plain mean of the per-modality probabilities."""
    weights = masked_weights(data.avail).unsqueeze(-1)
    return [accuracy((logits.softmax(dim=-1) * weights).sum(dim=1), data.labels[:, i])
            for i, logits in enumerate(unimodal)]


def _by_group(fused, data):
    """Accuracy per object when the log-probabilities of all its windows are added."""
    groups, where = data.group.unique(return_inverse=True)
    scores = []
    for i, logits in enumerate(fused):
        known = data.labels[:, i] >= 0
        if not bool(known.any()):
            scores.append(None)
            continue
        total = torch.zeros(len(groups), logits.shape[1]).index_add_(0, where[known], logits[known].log_softmax(-1))
        label = torch.full((len(groups),), -1, dtype=torch.long)
        label[where[known]] = data.labels[known, i]
        scores.append(accuracy(total, label))
    return scores


def table(result, heads):
    """Markdown table of one evaluation (or of a mean over folds)."""
    lines = ["| sensors | " + " | ".join(heads) + " |", "|---|" + "---|" * len(heads)]
    rows = [(name, scores) for name, scores in result["accuracy"].items()]
    rows.append(("plain mean of per-sensor scores", result["averaged_scores"]))
    rows.append(("all, all windows of an object together", result["object_accuracy"]))
    for name, scores in rows:
        cells = ["-" if scores.get(head) is None else f"{scores[head]:.3f}" for head in heads]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def mean_result(results):
    """Mean over folds, weighted by windows."""
    def merge(parts, weights):
        if isinstance(parts[0], dict):
            return {key: merge([part[key] for part in parts if key in part],
                               [w for part, w in zip(parts, weights) if key in part]) for key in parts[0]}
        known = [(value, weight) for value, weight in zip(parts, weights) if value is not None]
        return sum(v * w for v, w in known) / sum(w for _, w in known) if known else None

    weights = [item["windows"] for item in results]
    merged = {key: merge([item[key] for item in results], weights)
              for key in ("accuracy", "object_accuracy", "averaged_scores")}
    return {"folds": len(results), "windows": sum(weights), "groups": sum(item["groups"] for item in results),
            **merged}
