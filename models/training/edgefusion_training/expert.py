"""One expert: what one modality says about one group of heads, per context."""

import math

import torch
from torch import nn

from . import closedform
from .block import gelu

MEMBERS = ("discriminant", "kernel", "perceptron")
UNSEEN = -30.0             # logit of joint classes that no training window has
MEMBER_SCALE = {"discriminant": 0.2, "kernel": 5.0}  # to log-probabilities, before calibration


class Expert(nn.Module):
    """Log-probabilities over the joint classes of its heads, from one modality's profile.

    Every table has a row per context value and a last one for an unknown context, fitted on all windows. The profile
    is standardised and whitened by the context's row. Two members are fitted in closed form before training (`fit`);
    gradient descent trains the third, a perceptron. `sizes` says how many elements of each modality's profile it hears.
    """

    def __init__(self, sizes, contexts, classes, options):
        super().__init__()
        self.sizes, size = sizes, sum(sizes)
        self.options, self.members = options, [name for name in MEMBERS if name in options["members"]]
        rows, hidden, count = contexts + 1, options["hidden"], options["features"]
        self.size, self.rows, self.classes, self.hidden = size, rows, classes, hidden
        self.register_buffer("mean", torch.zeros(rows, size))
        self.register_buffer("scale", torch.ones(rows, size))
        self.register_buffer("unseen", torch.zeros(classes))
        prior = torch.tensor([float(options["prior"].get(name, 1.0)) for name in self.members])
        self.start = prior / prior.sum()
        self.register_buffer("mixture", self.start.clone())
        self.rank = options["kernel_rank"] or size
        self.sharpness = options["bandwidth"] / self.rank
        if "perceptron" in self.members or not options["kernel_rank"]:
            self.register_buffer("white", torch.zeros(rows, size, size))
        if "kernel" in self.members and options["kernel_rank"]:
            self.register_buffer("axes", torch.zeros(rows, size, self.rank))
        if "discriminant" in self.members:
            self.register_buffer("linear", torch.zeros(rows, size, classes))
            self.register_buffer("linear_bias", torch.zeros(rows, classes))
        if "kernel" in self.members:
            if options["kernel_features"] == "landmarks":
                self.register_buffer("landmarks", torch.zeros(count, self.rank))
            else:
                self.register_buffer("directions", torch.zeros(self.rank, count))
                self.register_buffer("phases", torch.zeros(count))
            self.register_buffer("ridge", torch.zeros(rows, count, classes))
            self.register_buffer("ridge_bias", torch.zeros(rows, classes))
        if "perceptron" in self.members:
            self.perceptron = Perceptrons(size, hidden, classes, rows, options)

    def fit(self, x, labels, context, design, generator, group):
        """Fits everything but the perceptron. `x` [N, d], `labels` [N] joint classes, `context` [N] with -1 unknown;
        `design` [J, ...] is the one-hot description of the joint classes; `group` [N] are the objects."""
        x, options = x.double(), self.options
        self.unseen.copy_(torch.where(torch.bincount(labels, minlength=self.classes) > 0, 0.0, UNSEEN))
        rows = [x.new_zeros(0, dtype=torch.long)] * self.rows
        for row in range(self.rows):
            chosen = torch.nonzero(context == row).flatten() if row < self.rows - 1 else torch.arange(len(x))
            rows[row] = chosen if len(labels[chosen].unique()) > 1 else torch.arange(len(x))
        scatters = [self._standardise(row, x[index], labels[index]) for row, index in enumerate(rows)]
        common = torch.stack([item[1] for item in scatters[:-1] or scatters]).mean(dim=0)
        places, targets = [], []
        for row, (z, scatter, means, counts) in enumerate(scatters):
            shared = options["shared_scatter"]
            means = closedform.additive(means, counts, design.double(), options["additive"])
            index, scatter = rows[row], (1.0 - shared) * scatter + shared * common
            apart = closedform.part_means(z, labels[index], group[index]) if options["kernel_axes"] == "groups" \
                else means[counts > 0]
            axes = self._fit_axes(row, z, scatter, means, apart)
            if "kernel" in self.members:
                places.append(z @ axes)
                targets.append(closedform.additive_targets(labels[index], design.double(), options["kernel_additive"]))
        if "kernel" in self.members:
            self._fit_kernel(places, targets, generator)

    def _standardise(self, row, x, labels):
        mean, scale = closedform.standardise(x)
        self.mean[row], self.scale[row] = mean.float(), scale.float()
        z = ((x - mean) * scale).clamp(-closedform.Z_LIMIT, closedform.Z_LIMIT)
        return (z, *closedform.within_scatter(z, labels, self.classes))

    def _fit_axes(self, row, z, scatter, means, apart):
        """The row's discriminant and whitening; returns the axes that the kernel looks along."""
        if "discriminant" in self.members:
            weights, bias = closedform.discriminant(scatter, means, self.options["shrink"])
            self.linear[row], self.linear_bias[row] = weights.float(), bias.float()
        shrink, white = self.options["whiten_shrink"], None
        if hasattr(self, "white"):
            white = _scaled(z, closedform.whitener(scatter, shrink))
            self.white[row] = white.float()
        if hasattr(self, "axes"):
            white = _scaled(z, closedform.subspace(scatter, apart, shrink, self.rank))
            self.axes[row] = white.float()
        return white

    def _fit_kernel(self, places, targets, generator):
        """`places` [N, rank] and `targets` [N, J] of every row; all rows share the features, and the last row, of all
        windows, counts for their spread only where it is the only one."""
        options, strength = self.options, self.options["ridge"]
        if hasattr(self, "landmarks"):
            spread = torch.stack([place.var(dim=0, unbiased=False) for place in places[:-1] or places]).mean(dim=0)
            points = closedform.landmarks(spread.sqrt(), options["features"], generator)
            self.landmarks.copy_(points)
        else:
            directions, phases = closedform.random_features(self.rank, options["features"], options["bandwidth"],
                                                            generator)
            self.directions.copy_(directions)
            self.phases.copy_(phases)
        for row, (place, wanted) in enumerate(zip(places, targets)):
            if hasattr(self, "landmarks"):
                features = closedform.bumps(place, points, self.sharpness)
                weights, bias = closedform.landmark_ridge(features, points, wanted, strength, self.sharpness)
            else:
                features = closedform.cosines(place, self.directions.double(), self.phases.double())
                weights, bias = closedform.ridge(features, wanted, strength)
            self.ridge[row], self.ridge_bias[row] = weights.float(), bias.float()

    def _kernel_features(self, place):
        if hasattr(self, "landmarks"):
            return closedform.bumps(place, self.landmarks, self.sharpness)
        return closedform.cosines(place, self.directions, self.phases)

    def forward(self, x, context):
        """([members, N, J] log-probabilities, hidden [N, hidden]); in training only the perceptron speaks: the others
        know the training windows by heart and would leave nothing to learn."""
        z = ((x - context @ self.mean) * (context @ self.scale)).clamp(-closedform.Z_LIMIT, closedform.Z_LIMIT)
        white = _by_context(z, self.white, context) if hasattr(self, "white") else z
        answers, hidden = [], torch.zeros(x.shape[0], self.hidden, device=x.device)
        if "discriminant" in self.members and not self.training:
            answers.append(_by_context(z, self.linear, context) + context @ self.linear_bias)
        if "kernel" in self.members and not self.training:
            place = _by_context(z, self.axes, context) if hasattr(self, "axes") else white
            answers.append(_by_context(self._kernel_features(place), self.ridge, context) + context @ self.ridge_bias)
        if "perceptron" in self.members:
            hidden, logits = self.perceptron(white, context)
            answers.append(logits)
        names = ["perceptron"] if self.training else self.members
        return torch.stack([torch.log_softmax(item * MEMBER_SCALE.get(name, 1.0) + self.unseen, dim=-1)
                            for name, item in zip(names, answers)]), hidden

    def mixed(self, answers):
        """[N, J]: the members' weighted sum."""
        if self.training:
            return answers[0]
        return (answers * self.mixture.reshape(-1, 1, 1)).sum(dim=0)

    def macs(self):
        """Of one window; all contexts are multiplied and one is kept."""
        total = 0
        for name in ("white", "axes"):
            total += getattr(self, name).numel() if hasattr(self, name) else 0
        if "discriminant" in self.members:
            total += self.rows * self.size * self.classes
        if "kernel" in self.members:
            total += self.options["features"] * (self.rank + self.rows * self.classes)
        if "perceptron" in self.members:
            total += self.options["nets"] * self.hidden * (self.size + self.hidden + self.classes + 4 * self.rows)
        return total


class Perceptrons(nn.Module):
    """One or several nets of the same shape, whose logits are averaged: the dice of one training count less.

    In training the rows of a batch are dealt to the nets in equal parts, one after the other (the trainer repeats the
    batch for that), so that each learns by itself.
    """

    def __init__(self, size, hidden, classes, rows, options):
        super().__init__()
        self.nets = nn.ModuleList(Perceptron(size, hidden, classes, rows, options) for _ in range(options["nets"]))

    def forward(self, x, context):
        """(hidden [N, hidden] of the first net, mean logits [N, J]); in training each row's own net's."""
        if not self.training:
            hidden, logits = zip(*(net(x, context) for net in self.nets))
            return hidden[0], sum(logits) / len(logits)
        parts = zip(self.nets, x.chunk(len(self.nets)), context.chunk(len(self.nets)))
        hidden, logits = zip(*(net(rows, told) for net, rows, told in parts))
        return torch.cat(hidden), torch.cat(logits)


class Perceptron(nn.Module):
    """Two layers that the context scales and shifts, and an output."""

    def __init__(self, size, hidden, classes, rows, options):
        super().__init__()
        self.options, self.hidden = options, hidden
        self.first, self.second = nn.Linear(size, hidden), nn.Linear(hidden, hidden)
        self.output = nn.Linear(hidden, classes)
        self.films = nn.ModuleList(nn.Linear(rows, 2 * hidden, bias=False) for _ in range(2))
        for layer, gain in ((self.first, 1.0), (self.second, 1.0), (self.output, 0.5)):
            nn.init.normal_(layer.weight, std=gain / math.sqrt(layer.in_features))
            nn.init.zeros_(layer.bias)
        for film in self.films:
            nn.init.zeros_(film.weight)
        with torch.no_grad():  # contexts start apart, or they would learn to be alike first
            self.films[0].weight[hidden:].normal_(std=0.3)

    def forward(self, x, context):
        """(hidden [N, hidden], logits [N, J])."""
        options = self.options
        if self.training:
            x = x + torch.randn_like(x) * options["input_noise"]
            x = nn.functional.dropout(x, options["input_dropout"])
        for layer, table in ((self.first, self.films[0]), (self.second, self.films[1])):
            film = table(context)
            x = gelu(layer(x) * (1.0 + film[:, : self.hidden]) + film[:, self.hidden:])
            x = nn.functional.dropout(x, options["dropout"], self.training)
        return x, self.output(x)


def _scaled(z, axes):
    """The axes, in units in which the elements of `z` have variance 1 on average."""
    variance = (z @ axes).var(dim=0, unbiased=False)
    return axes / variance[variance > 0].mean().sqrt().clamp(min=1e-9)


def _by_context(x, tables, context):
    """[N, out]: x times the table [rows, in, out] of each window's context."""
    rows, size, out = tables.shape
    every = (x @ tables.permute(1, 0, 2).reshape(size, rows * out)).reshape(-1, rows, out)
    return (every * context.unsqueeze(-1)).sum(dim=1)
