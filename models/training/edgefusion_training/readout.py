"""Readouts: from the modalities' CLS tokens to one set of logits per head."""

import torch
from torch import nn


def masked_weights(avail, gate=None):
    """[N, M] weights over the available modalities, summing to 1; all zero (never NaN) when none is available.

    Without a gate this is the masked mean, avail / sum(avail). With a gate [M] it is a softmax of the gate over the
    available modalities.
    """
    present = (avail > 0.5).to(avail.dtype)
    strength = present if gate is None else present * torch.exp(gate)
    return strength / strength.sum(dim=1, keepdim=True).clamp(min=1e-6)


class MeanReadout(nn.Module):
    """Weighted mean of the per-modality logits. The gate starts at zero, which is the plain masked mean; `calibrate`
    fits it on validation objects, because a training set always flatters the sensor that can memorise it."""

    def __init__(self, modalities):
        super().__init__()
        self.register_buffer("gate", torch.zeros(modalities))
        self.register_buffer("temperature", torch.ones(()))
        self.macs = 0

    def forward(self, cls, unimodal, avail):
        weights = masked_weights(avail, self.gate).unsqueeze(-1)
        return (unimodal * weights).sum(dim=1) * self.temperature


class ConcatReadout(nn.Module):
    """Two-layer perceptron over the concatenated CLS tokens; a missing modality's token is zero."""

    def __init__(self, modalities, width, hidden, classes, dropout):
        super().__init__()
        self.dropout = dropout
        self.hidden = nn.Linear(modalities * width, hidden)
        self.output = nn.Linear(hidden, classes)
        self.register_buffer("temperature", torch.ones(()))
        self.macs = modalities * width * hidden + hidden * classes

    def forward(self, cls, unimodal, avail):
        x = cls.flatten(1)
        if self.training and self.dropout:
            x = nn.functional.dropout(x, self.dropout)
        return self.output(nn.functional.gelu(self.hidden(x))) * self.temperature
