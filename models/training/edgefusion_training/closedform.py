"""Experts that need no gradient: shrunken discriminants and random-feature ridge regression, in float64.

A few dozen objects are too few to learn a metric by gradient descent. The scatter of windows *within* a class, which
holds both the repetitions and the differences between objects of that class, gives it in closed form.
"""

import math

import torch

Z_LIMIT = 6.0
LANDMARK_SPREAD = 0.7   # of the windows' own: a little inside of them every landmark has neighbours
LANDMARK_JITTER = 1e-3  # keeps the weights of landmarks that lie close together small enough for float32


def standardise(x):
    """(mean, scale) per element; elements that hardly move are not blown up."""
    mean, deviation = x.mean(dim=0), x.std(dim=0, unbiased=False)
    floor = max(0.05 * float(deviation.median()), 1e-9)
    return mean, 1.0 / deviation.clamp(min=floor)


def class_means(x, labels, classes):
    """([J, d] means, [J] counts); means of classes that do not occur are zero."""
    one_hot = torch.nn.functional.one_hot(labels, classes).to(x.dtype)
    counts = one_hot.sum(dim=0)
    return one_hot.t() @ x / counts.clamp(min=1.0).unsqueeze(1), counts


def within_scatter(x, labels, classes):
    """Covariance within the classes, and the means it was taken around."""
    means, counts = class_means(x, labels, classes)
    rest = x - means[labels]
    freedom = max(len(x) - int((counts > 0).sum()), 1)
    return rest.t() @ rest / freedom, means, counts


def whitener(scatter, shrink):
    """[d, d] matrix that turns the shrunken scatter into the identity (symmetric, so it keeps the axes in place)."""
    level = scatter.diagonal().mean().clamp(min=1e-12)
    shrunken = (1.0 - shrink) * scatter + shrink * level * torch.eye(len(scatter), dtype=scatter.dtype)
    values, vectors = torch.linalg.eigh(shrunken)
    return vectors / values.clamp(min=1e-9 * float(level)).sqrt() @ vectors.t()


def additive(means, counts, design, share):
    """Draws the means of joint classes towards the sum of the effects of their parts: fewer numbers to estimate."""
    seen = counts > 0
    if not share or design.shape[1] >= int(seen.sum()):
        return means
    solution = torch.linalg.pinv(design[seen]) @ means[seen]
    return torch.where(seen.unsqueeze(1), (1.0 - share) * means + share * (design @ solution), means)


def additive_targets(labels, design, share):
    """[N, J] one-hot targets of joint classes, drawn by `share` towards the sum of the effects of their parts: at 1 the
    regression learns each head for itself, from all its windows, and the joint classes get the sum of its answers.

    The parts of one-hot targets are small where there are many joint classes; scaled up, they are not drowned out.
    """
    targets = torch.nn.functional.one_hot(labels, len(design)).to(design.dtype)
    if not share:
        return targets
    scale = len(design) / design.shape[1]
    return (1.0 - share) * targets + share * scale * (targets @ design @ torch.linalg.pinv(design))


def discriminant(scatter, means, shrink):
    """(weights [d, J], bias [J]) of the linear discriminant with equal priors."""
    root = whitener(scatter, shrink)
    projected = means @ root
    return root @ projected.t(), -0.5 * (projected * projected).sum(dim=1)


def part_means(x, labels, group):
    """[parts, d]: the mean of every object within every class."""
    parts = torch.stack([labels, group], dim=1).unique(dim=0, return_inverse=True)[1]
    return class_means(x, parts, int(parts.max()) + 1)[0]


def subspace(scatter, means, shrink, rank):
    """[d, rank] whitened axes along which the means [*, d] lie apart; zero columns where they are too few."""
    root = whitener(scatter, shrink)
    apart = means @ root
    _, _, axes = torch.linalg.svd(apart - apart.mean(dim=0), full_matrices=False)
    found = torch.zeros(len(scatter), rank, dtype=scatter.dtype)
    count = min(rank, len(axes), len(apart) - 1)
    found[:, :count] = root @ axes[:count].t()
    return found


def random_features(size, features, bandwidth, generator):
    """(directions [d, F], phases [F]) whose cosines approximate the kernel exp(-bandwidth |a-b|^2 / d).

    The directions are orthogonal in blocks, which needs fewer of them than independent ones.
    """
    blocks = []
    while sum(block.shape[1] for block in blocks) < features:
        normal = torch.randn(size, size, generator=generator, dtype=torch.float64)
        length = torch.randn(size, size, generator=generator, dtype=torch.float64).norm(dim=0)
        blocks.append(torch.linalg.qr(normal)[0] * length)
    directions = torch.cat(blocks, dim=1)[:, :features] * math.sqrt(2.0 * bandwidth / size)
    return directions, torch.rand(features, generator=generator, dtype=torch.float64) * (2.0 * math.pi)


def cosines(z, directions, phases):
    """Random features [N, F]; their inner products are the kernel."""
    return torch.cos(z @ directions + phases) * math.sqrt(2.0 / directions.shape[1])


def landmarks(spread, count, generator):
    """[count, d] points drawn from a normal distribution with the deviations `spread` [d] of the windows: no window is
    kept, and none can be read back from them."""
    drawn = torch.randn(count, len(spread), generator=generator, dtype=torch.float64)
    return drawn * (spread * LANDMARK_SPREAD)


def bumps(z, points, sharpness):
    """exp(-sharpness |z - point|^2) [N, F] of every point [F, d]."""
    squares = (z * z).sum(dim=1, keepdim=True) + (points * points).sum(dim=1)
    return torch.exp((2.0 * (z @ points.t()) - squares) * sharpness)


def landmark_ridge(features, points, targets, strength, sharpness):
    """(weights [F, J], bias [J]) of kernel ridge regression among the functions that are sums of bumps (Williams and
    Seeger 2001, "Using the Nystroem method to speed up kernel machines", with landmarks that are no windows)."""
    mean, own = targets.mean(dim=0), bumps(points, points, sharpness)
    own = own + LANDMARK_JITTER * torch.eye(len(points), dtype=own.dtype)
    return torch.linalg.solve(features.t() @ features + strength * own, features.t() @ (targets - mean)), mean


def ridge(features, targets, strength):
    """(weights [F, J], bias [J]) of ridge regression, solved on the smaller side: windows or features."""
    mean = targets.mean(dim=0)
    if len(features) < features.shape[1]:
        gram = features @ features.t() + strength * torch.eye(len(features), dtype=features.dtype)
        return features.t() @ torch.linalg.solve(gram, targets - mean), mean
    gram = features.t() @ features + strength * torch.eye(features.shape[1], dtype=features.dtype)
    return torch.linalg.solve(gram, features.t() @ (targets - mean)), mean
