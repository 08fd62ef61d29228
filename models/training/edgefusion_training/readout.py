"""Readouts: from the modalities' representations to one set of logits (or values) per head."""

import torch
from torch import nn

from .block import gelu


def masked_weights(avail, gate=None):
    """[N, M] weights over the available modalities, summing to 1; all zero (never NaN) when none is available.

    Without a gate this is the masked mean, avail / sum(avail). With a gate [M] it is a softmax of the gate over the
    available modalities.
    """
    present = (avail > 0.5).to(avail.dtype)
    strength = present if gate is None else present * torch.exp(gate)
    return strength / strength.sum(dim=1, keepdim=True).clamp(min=1e-6)


class Readout(nn.Module):
    """What readouts share: one temperature per subset of the modalities, fitted by `calibrate`. A sensor that knows
    nothing of a head wants to be toned down as far as its answer goes alone, and hardly at all among others."""

    def __init__(self, modalities):
        super().__init__()
        self.register_buffer("temperature", torch.ones(1 << modalities))  # bit m of the place: modality m is there
        self.singles = [1 << number for number in range(modalities)]

    def scale(self, avail):
        """[N, 1] factor of the logits of windows with these modalities."""
        return self.temperature[subset_number(avail)].unsqueeze(1)

    def alone(self):
        """[M, 1] factor of each modality's own logits: that of the subset of this modality only."""
        return self.temperature[self.singles].unsqueeze(1)


def subset_number(avail):
    """[N] int64: the available modalities as bits."""
    powers = avail.new_tensor([float(1 << number) for number in range(avail.shape[1])])
    return ((avail > 0.5).to(avail.dtype) * powers).sum(dim=1).long()


class MeanReadout(Readout):
    """Weighted mean of the per-modality logits. The gate starts at zero, which is the plain masked mean; `calibrate`
    fits it on validation objects, because a training set always flatters the sensor that can memorise it.

    Where the fusion has representations that belong to no single modality (perceiver, pairwise), their mean answers
    instead, and the modalities only when none of those is available (pairwise with one sensor).
    """

    def __init__(self, modalities, width, extras, classes):
        super().__init__(modalities)
        self.register_buffer("gate", torch.zeros(modalities))
        self.extras = nn.ModuleList(nn.Linear(width, classes) for _ in range(extras))
        self.gated = not extras
        self.macs = extras * width * classes

    def forward(self, representations, unimodal, avail, extra, extra_avail, context):
        weights = masked_weights(avail, self.gate).unsqueeze(-1)
        logits = (unimodal * weights).sum(dim=1)
        if extra is not None:
            each = torch.stack([layer(extra[:, i]) for i, layer in enumerate(self.extras)], dim=1)
            mean = (each * masked_weights(extra_avail).unsqueeze(-1)).sum(dim=1)
            logits = torch.where(extra_avail.sum(dim=1, keepdim=True) > 0.5, mean, logits)
        return logits * self.scale(avail)


class ConcatReadout(Readout):
    """Two-layer perceptron over all representations and the context; what is missing is zero. With no modality at
    all the answer is zero: the bias alone would look like a prediction."""

    def __init__(self, modalities, inputs, hidden, classes, dropout):
        super().__init__(modalities)
        self.dropout = dropout
        self.hidden = nn.Linear(inputs, hidden)
        self.output = nn.Linear(hidden, classes)
        self.gated = False
        self.macs = inputs * hidden + hidden * classes

    def forward(self, representations, unimodal, avail, extra, extra_avail, context):
        parts = [representations.flatten(1)] + ([] if extra is None else [extra.flatten(1)]) + list(context)
        x = torch.cat(parts, dim=1) if len(parts) > 1 else parts[0]
        if self.training and self.dropout:
            x = nn.functional.dropout(x, self.dropout)
        logits = self.output(gelu(self.hidden(x))) * self.scale(avail)
        return torch.where(avail.sum(dim=1, keepdim=True) > 0.5, logits, torch.zeros_like(logits))


class RegressionScale(nn.Module):
    """From normalised values to the head's units; the statistics are those of the training split."""

    def __init__(self, values):
        super().__init__()
        self.register_buffer("mean", torch.zeros(values))
        self.register_buffer("scale", torch.ones(values))

    def fit(self, targets):
        """`targets` [N, K] with NaN where there is none."""
        for k in range(targets.shape[1]):
            known = targets[:, k][~torch.isnan(targets[:, k])].double()
            if len(known):
                self.mean[k] = float(known.mean())
                deviation = float(known.std(unbiased=False))
                self.scale[k] = deviation if deviation > 1e-9 else 1.0

    def forward(self, values):
        return values * self.scale + self.mean
