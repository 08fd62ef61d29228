"""Losses: fused answer plus a share of the per-modality answers, over all heads."""

import torch
from torch.nn import functional


def total_loss(spec, outputs, avail, targets, options, scales=None, totals=None, only=None):
    """Per head: loss of the fused answer + `unimodal_loss` x its mean over the available modalities; weighted sum.

    `totals` are the numbers of labelled windows of the whole batch when this process holds a part of it; `only`
    names the one head to count (weighted task sampling); `scales` are the model's regression scales.
    """
    loss = avail.new_zeros(())
    totals = label_counts(spec, targets) if totals is None else totals
    for number, (head, target) in enumerate(zip(spec.heads, targets)):
        if only is not None and head.name != only:
            continue
        fused, each, known = head_loss(head, outputs, target, options, scales)
        unimodal = (each * avail).sum(dim=1) / avail.sum(dim=1).clamp(min=1.0)
        part = ((fused + options["unimodal_loss"] * unimodal) * known).sum() / max(float(totals[number]), 1.0)
        loss = loss + options["head_weights"].get(head.name, 1.0) * part
    return loss


def head_loss(head, outputs, target, options, scales):
    """(loss of the fused answer [N], of each modality [N, M], 1 where there is a label [N])."""
    fused, each = outputs[head.tensor], outputs[head.per_modality_tensor]
    if head.kind == "regression":
        known = (~torch.isnan(target).any(dim=1)).to(fused.dtype)
        target, scale = torch.nan_to_num(target), scales[head.name].scale
        return (normalised_error(fused, target, scale), normalised_error(each, target.unsqueeze(1), scale), known)
    known = target.sum(dim=1).clamp(max=1.0)
    smoothing = options["label_smoothing"]
    return (soft_cross_entropy(fused, target, smoothing), soft_cross_entropy(each, target.unsqueeze(1), smoothing),
            known)


def label_counts(spec, targets):
    """Per head, how many windows of the batch have a label (mixed labels count as one)."""
    return [float((~torch.isnan(target).any(dim=1)).sum()) if head.kind == "regression"
            else float(target.sum(dim=1).clamp(max=1.0).sum()) for head, target in zip(spec.heads, targets)]


def soft_cross_entropy(logits, target, smoothing):
    """Cross entropy against soft targets [.., C] with label smoothing; one value per leading index."""
    classes = logits.shape[-1]
    smooth = target * (1.0 - smoothing) + smoothing / classes
    return -(smooth * functional.log_softmax(logits.float(), dim=-1)).sum(dim=-1)


def normalised_error(values, target, scale):
    """Huber loss in units of the training labels' deviation, mean over the head's values."""
    error = ((values.float() - target) / scale).abs()
    return torch.where(error < 1.0, 0.5 * error * error, error - 0.5).mean(dim=-1)
