"""The six ways in which the modalities meet, all behind the same call.

A fusion takes the modalities' tokens at the cut (after `fusion_layer` layers) and gives one representation per
modality and, for `perceiver` and `pairwise`, further ones that belong to no single modality. Nothing of a modality
that is not available reaches any other: its tokens are zero, hidden from attention and left out of every mean.
"""

from collections import namedtuple

import torch
from torch import nn

from .block import CrossAttention, Mlp, attend, drop_path, make_mixing
from .readout import masked_weights

# each [N, M, d]; extra [N, E, d] or None with its availability [N, E]; tokens: per modality, after the last layer
Fused = namedtuple("Fused", "modalities extra extra_avail tokens")


def masked_mean(values, weights):
    """Mean over dim 1 of [N, M, ...] with `weights` [N, M]; entries of weight 0 are cut out, NaN included."""
    shaped = weights.reshape(weights.shape + (1,) * (values.dim() - 2))
    return (torch.where(shaped > 0.0, values, torch.zeros_like(values)) * shaped).sum(dim=1)


def token_mean(x, keep):
    """Mean of the tokens that may be looked at: [N, d]."""
    return x.mean(dim=1) if keep is None else masked_mean(x, masked_weights(keep))


class Independent(nn.Module):
    """`late`: all layers lie before the cut."""

    def __init__(self, options, layers, counts):
        super().__init__()

    def forward(self, layers, tokens, keeps, avail, record=None):
        return Fused(torch.stack([x[:, 0] for x in tokens], dim=1), None, None, tokens)

    def macs(self, layers):
        return 0


class Bottleneck(nn.Module):
    """`bottleneck` (MBT): all modalities read the same few old tokens; the new ones are the mean of their proposals."""

    def __init__(self, options, layers, counts):
        super().__init__()
        self.first, self.last, self.counts = options["fusion_layer"], options["layers"], counts
        self.bottleneck = nn.Parameter(torch.randn(1, options["bottleneck_tokens"], options["width"]) * 0.02)

    def forward(self, layers, tokens, keeps, avail, record=None):
        z, weights = self.bottleneck.expand(avail.shape[0], -1, -1), masked_weights(avail)
        ones = torch.ones_like(z[:, :, 0])
        keeps = [None if keep is None else torch.cat([keep, ones], dim=1) for keep in keeps]
        for layer in range(self.first, self.last):
            updated, proposals = [], []
            for number, x in enumerate(tokens):
                both = layers.run(layer, number, torch.cat([x, z], dim=1), keeps[number])
                updated.append(both[:, : x.shape[1]])
                proposals.append(both[:, x.shape[1]:])
            tokens, z = updated, masked_mean(torch.stack(proposals, dim=1), weights)
            if record is not None:
                record.append(tokens)
        return Fused(torch.stack([x[:, 0] for x in tokens], dim=1), None, None, tokens)

    def macs(self, layers):
        extra = self.bottleneck.shape[1]
        return sum(layers.macs(layer, number, count + extra) for layer in range(self.first, self.last)
                   for number, count in enumerate(self.counts))


class Joint(nn.Module):
    """`joint` (single stream, ViLT): every token sees every token. With `weights: separate` each modality still has
    projections and an MLP of its own; `shared` is the plain single stream."""

    def __init__(self, options, layers, counts):
        super().__init__()
        self.first, self.last, self.counts = options["fusion_layer"], options["layers"], counts
        self.kind = nn.Parameter(torch.randn(len(counts), 1, 1, options["width"]) * 0.02)
        self.mixers = None
        if options["block"] == "mixer":
            self.mixers = nn.ModuleList(make_mixing(options, sum(counts)) for _ in range(self.first, self.last))

    def forward(self, layers, tokens, keeps, avail, record=None):
        keep = present_tokens(tokens, keeps, avail)
        sizes = [x.shape[1] for x in tokens]
        tokens = [x + self.kind[number] for number, x in enumerate(tokens)]
        for layer in range(self.first, self.last):
            branches = self._mix(layers, layer, tokens, keep, sizes)
            tokens = [x + layers.drop(layer, branch) for x, branch in zip(tokens, branches)]
            tokens = [x + layers.drop(layer, layers.mlp_part(layer, number)(x)) for number, x in enumerate(tokens)]
            if record is not None:
                record.append(tokens)
        return Fused(torch.stack([x[:, 0] for x in tokens], dim=1), None, None, tokens)

    def _mix(self, layers, layer, tokens, keep, sizes):
        if self.mixers is not None:
            return self.mixers[layer - self.first](torch.cat(tokens, dim=1), keep).split(sizes, dim=1)
        parts = [layers.mixing_part(layer, number) for number in range(len(tokens))]
        projected = [part.project_in(x) for part, x in zip(parts, tokens)]
        query, key, value = (torch.cat(column, dim=2) for column in zip(*projected))
        record = (lambda weights: self._record(layers, layer, weights, sizes)) if layers.recording else None
        mixed = attend(query, key, value, keep, record).split(sizes, dim=1)
        return [part.project_out(x) for part, x in zip(parts, mixed)]

    @staticmethod
    def _record(layers, layer, weights, sizes):
        """Each modality's own square of the joint attention."""
        start = 0
        for number, size in enumerate(sizes):
            layers.record(layer, number, weights[:, :, start: start + size, start: start + size])
            start += size

    def macs(self, layers):
        total, tokens = 0, sum(self.counts)
        for layer in range(self.first, self.last):
            if self.mixers is not None:
                total += self.mixers[layer - self.first].macs(tokens)
            for number, count in enumerate(self.counts):
                if self.mixers is None:
                    part = layers.mixing_part(layer, number)
                    total += part.macs(count) + 2 * count * (tokens - count) * part.width
                total += layers.mlp_part(layer, number).macs(count)
        return total


class Cross(nn.Module):
    """`cross` (co-attention, METER): own tokens first, then the tokens of all other available modalities."""

    def __init__(self, options, layers, counts):
        super().__init__()
        self.first, self.last, self.counts = options["fusion_layer"], options["layers"], counts
        self.cross = nn.ModuleList(nn.ModuleList(
            CrossAttention(options["width"], options["attention_heads"]) for _ in range(max(layers.mixing_of) + 1))
            for _ in range(self.first, self.last))

    def forward(self, layers, tokens, keeps, avail, record=None):
        shown = [present_tokens([x], [keep], avail[:, i: i + 1]) for i, (x, keep) in enumerate(zip(tokens, keeps))]
        for layer in range(self.first, self.last):
            mixed = [x + layers.drop(layer, layers.mix(layer, i, x, keeps[i])) for i, x in enumerate(tokens)]
            tokens = []
            for i, x in enumerate(mixed):
                others = [j for j in range(len(mixed)) if j != i]
                if others:
                    x = x + layers.drop(layer, self._look(layers, layer, i, x, mixed, shown, others, avail))
                tokens.append(x + layers.drop(layer, layers.mlp_part(layer, i)(x)))
            if record is not None:
                record.append(tokens)
        return Fused(torch.stack([x[:, 0] for x in tokens], dim=1), None, None, tokens)

    def _look(self, layers, layer, number, x, tokens, shown, others, avail):
        part = self.cross[layer - self.first][layers.mixing_of[number]]
        branch = part(x, torch.cat([tokens[j] for j in others], dim=1), torch.cat([shown[j] for j in others], dim=1))
        # Alone, there is nothing to look at: a softmax over hidden tokens only would be their plain mean.
        company = (sum(avail[:, j] for j in others) > 0.5).reshape(-1, 1, 1)
        return torch.where(company, branch, torch.zeros_like(branch))

    def macs(self, layers):
        total = 0
        for layer in range(self.first, self.last):
            for number, count in enumerate(self.counts):
                total += layers.macs(layer, number, count)
                others = sum(self.counts) - count
                total += self.cross[layer - self.first][layers.mixing_of[number]].macs(count, others)
        return total


class LatentLayer(nn.Module):
    """Latents look at tokens, then at one another, then pass an MLP."""

    def __init__(self, options, rate):
        super().__init__()
        width = options["width"]
        self.rate = rate
        self.cross = CrossAttention(width, options["attention_heads"])
        self.mixing = make_mixing(options, options["latents"])
        self.mlp = Mlp(width, options["mlp_ratio"], options["dropout"])

    def forward(self, latents, source, keep=None):
        latents = latents + drop_path(self.cross(latents, source, keep), self.rate, self.training)
        latents = latents + drop_path(self.mixing(latents), self.rate, self.training)
        return latents + drop_path(self.mlp(latents), self.rate, self.training)

    def macs(self, latents, source):
        return self.cross.macs(latents, source) + self.mixing.macs(latents) + self.mlp.macs(latents)


class Perceiver(nn.Module):
    """`perceiver`: learned latents read the tokens of all modalities at the cut, once per fusion layer."""

    def __init__(self, options, layers, counts):
        super().__init__()
        self.counts = counts
        rates = layer_rates(options)
        self.latents = nn.Parameter(torch.randn(1, options["latents"], options["width"]) * 0.02)
        self.kind = nn.Parameter(torch.randn(len(counts), 1, 1, options["width"]) * 0.02)
        self.latent_layers = nn.ModuleList(LatentLayer(options, rate) for rate in rates)

    def forward(self, layers, tokens, keeps, avail, record=None):
        keep = present_tokens(tokens, keeps, avail)
        source = torch.cat([x + self.kind[number] for number, x in enumerate(tokens)], dim=1)
        latents = self.latents.expand(avail.shape[0], -1, -1)
        for layer in self.latent_layers:
            latents = layer(latents, source, keep)
        means = torch.stack([token_mean(x, keep) for x, keep in zip(tokens, keeps)], dim=1)
        anything = (avail.sum(dim=1, keepdim=True) > 0.5).to(avail.dtype)
        return Fused(means, latents.mean(dim=1, keepdim=True), anything, tokens)

    def macs(self, layers):
        return sum(layer.macs(self.latents.shape[1], sum(self.counts)) for layer in self.latent_layers)


class Pairwise(nn.Module):
    """`pairwise` (HighMMT): each modality is summed up in a few latents by one shared reader; every ordered pair of
    modalities then passes shared cross-attention layers. A pair counts when both of its modalities are there."""

    def __init__(self, options, layers, counts):
        super().__init__()
        self.counts = counts
        self.pairs = [(i, j) for i in range(len(counts)) for j in range(len(counts)) if i != j]
        rates = layer_rates(options)
        self.latents = nn.Parameter(torch.randn(1, options["latents"], options["width"]) * 0.02)
        self.kind = nn.Parameter(torch.randn(len(counts), 1, 1, options["width"]) * 0.02)
        self.reader = LatentLayer(options, rates[0])
        self.pair_layers = nn.ModuleList(LatentLayer(options, rate) for rate in rates)

    def forward(self, layers, tokens, keeps, avail, record=None):
        latents = self.latents.expand(avail.shape[0], -1, -1)
        means = torch.stack([token_mean(x, keep) for x, keep in zip(tokens, keeps)], dim=1)
        if not self.pairs:
            return Fused(means, None, None, tokens)
        read = [self.reader(latents, x + self.kind[number], keep)
                for number, (x, keep) in enumerate(zip(tokens, keeps))]
        shape = (-1,) + tuple(latents.shape[1:])
        query = torch.stack([read[i] for i, _ in self.pairs], dim=1).reshape(shape)
        source = torch.stack([read[j] for _, j in self.pairs], dim=1).reshape(shape)
        for layer in self.pair_layers:
            query = layer(query, source)
        extra = query.mean(dim=1).reshape(-1, len(self.pairs), query.shape[2])
        both = torch.stack([avail[:, i] * avail[:, j] for i, j in self.pairs], dim=1)
        return Fused(means, extra, both, tokens)

    def macs(self, layers):
        latents = self.latents.shape[1]
        return (sum(self.reader.macs(latents, count) for count in self.counts)
                + len(self.pairs) * sum(layer.macs(latents, latents) for layer in self.pair_layers))


def layer_rates(options):
    """Stochastic depth of the fusion layers."""
    last = max(options["layers"] - 1, 1)
    return [options["drop_path"] * layer / last for layer in range(options["fusion_layer"], options["layers"])]


def present_tokens(tokens, keeps, avail):
    """[N, all tokens]: 1 where the modality is there and the token is not hidden."""
    columns = []
    for number, (x, keep) in enumerate(zip(tokens, keeps)):
        present = (avail[:, number: number + 1] > 0.5).to(x.dtype).expand(-1, x.shape[1])
        columns.append(present if keep is None else present * keep)
    return torch.cat(columns, dim=1)


FUSION_CLASSES = {"late": Independent, "bottleneck": Bottleneck, "joint": Joint, "cross": Cross,
                  "perceiver": Perceiver, "pairwise": Pairwise}
