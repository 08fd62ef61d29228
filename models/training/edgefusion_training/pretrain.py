"""Learning from windows without labels: hidden patches are reconstructed (MAE per modality, trained together).

The encoder and the fusion layers see what is left of every sensor; a small decoder per modality must tell the hidden
patches from it. Optionally the embeddings of two disjoint sets of sensors of one window are drawn together and those
of different windows apart (InfoNCE over random subsets).
"""

import copy
import os

import torch
from torch import nn
from torch.nn import functional

from . import checkpoint, jsonfile
from .augment import Augmenter
from .block import CrossAttention, Mlp, layer_norm
from .data import fit_normalisation, make_features
from .distributed import Processes
from .errors import TrainingError
from .model import FusionModel
from .names import unknown_names
from .progress import Progress
from .trainer import Precision, choose_device, make_optimiser, set_rate

PRETRAINED = "pretrained.pt"
RATIOS = {"frames": 0.9, "audio": 0.8, "vector": 0.5}  # AV-MAE's for pictures and sound; contact signals repeat less
FEW_TOKENS = 4  # below this, single values of the patches are hidden instead of whole patches


class Decoder(nn.Module):
    """Patches of one modality from all its tokens that the model gave: one query per patch, told its place."""

    def __init__(self, encoder, width, options):
        super().__init__()
        inner, heads = options["decoder_width"], 2
        self.enter = nn.Linear(width, inner)
        self.query = nn.Parameter(torch.randn(1, encoder.frontend.tokens, inner) * 0.02)
        self.layers = nn.ModuleList(nn.ModuleList([CrossAttention(inner, heads), Mlp(inner, 2)])
                                    for _ in range(options["decoder_layers"]))
        self.norm, self.leave = layer_norm(inner), nn.Linear(inner, encoder.frontend.patch_size)

    def forward(self, tokens, keep):
        source = self.enter(tokens)
        x = self.query.expand(len(tokens), -1, -1)
        for cross, mlp in self.layers:
            x = x + cross(x, source, keep)
            x = x + mlp(x)
        return self.leave(self.norm(x))


class Reconstruction(nn.Module):
    """The model with its decoders; `forward` gives the loss of a batch."""

    def __init__(self, model, options, generator):
        super().__init__()
        faults = unknown_names(options["ratio"], model.spec.modalities, "pretrain.ratio.")
        if faults:
            raise TrainingError("; ".join(faults))
        self.model, self.options, self.generator = model, options, generator
        self.ratios = [options["ratio"].get(item.modality, RATIOS[item.kind]) for item in model.spec.inputs]
        self.decoders = nn.ModuleList(Decoder(encoder, model.options["width"], options) for encoder in model.encoders)

    def forward(self, features, avail, context):
        model, tokens, keeps, goals = self.model, [], [], []
        for number, (encoder, item) in enumerate(zip(model.encoders, features)):
            patches = encoder.frontend.patches(item)
            shown, hidden = self._hide(patches, self.ratios[number])
            goals.append((patches, hidden))
            keep = None if shown is None else shown
            x, keep = encoder.tokens_of(patches * (1.0 - hidden), keep, 1.0, context or model.unknown_context(item))
            x, keep = model.run_own_layers(number, x, keep)
            tokens.append(x)
            keeps.append(keep)
        fused = model.fuse_tokens(tokens, keeps, avail, context=context)
        loss = avail.new_zeros(())
        for number, (decoder, (patches, hidden)) in enumerate(zip(self.decoders, goals)):
            error = ((decoder(fused.tokens[number], keeps[number]) - patches) ** 2 * hidden).flatten(1).sum(dim=1)
            each = error / hidden.expand_as(patches).flatten(1).sum(dim=1).clamp(min=1.0)
            loss = loss + (each * avail[:, number]).sum() / avail[:, number].sum().clamp(min=1.0)
        if self.options["contrastive"]:
            loss = loss + self.options["contrastive"] * self._contrast(tokens, keeps, avail, context)
        return loss

    def _hide(self, patches, ratio):
        """(which patches are shown [N, patches] or None for all, what is hidden [N, patches, 1 or values])."""
        count, total, size = patches.shape
        if total < FEW_TOKENS:
            hidden = torch.rand(count, total, size, generator=self.generator).to(patches.device) < ratio
            return None, hidden.to(patches.dtype)
        kept = max(1, round(total * (1.0 - ratio)))
        order = torch.rand(count, total, generator=self.generator).argsort(dim=1).to(patches.device)
        shown = (order < kept).to(patches.dtype)
        return shown, (1.0 - shown).unsqueeze(-1)

    def _contrast(self, tokens, keeps, avail, context):
        """Two disjoint random sets of sensors per step; symmetric cross entropy over the windows that have both."""
        modalities = avail.shape[1]
        order = torch.randperm(modalities, generator=self.generator)
        cut = int(torch.randint(1, modalities, (1,), generator=self.generator))
        sides = []
        for chosen in (order[:cut], order[cut:]):
            part = torch.zeros(modalities).index_fill_(0, chosen, 1.0).to(avail.device) * avail
            fused = self.model.fuse_tokens(tokens, keeps, part, context=context)
            sides.append((part, self.model.representations(fused, part)[1]))
        both = (sides[0][0].sum(dim=1) > 0) & (sides[1][0].sum(dim=1) > 0)
        if int(both.sum()) < 2:
            return avail.new_zeros(())
        a, b = (functional.normalize(vectors[both], dim=1) for _, vectors in sides)
        scores = a @ b.t() / self.options["contrastive_temperature"]
        goal = torch.arange(len(a), device=a.device)
        return 0.5 * (functional.cross_entropy(scores, goal) + functional.cross_entropy(scores.t(), goal))


def run_pretrain(spec, config, windows, folder, log=print):
    """Trains on all windows, labels unread; writes pretrained.pt for `train --init`. Resumable. Returns the history."""
    options, seed = config["pretrain"], config["seed"]
    if Processes().count > 1:
        raise TrainingError("pretrain runs in one process; start it without torchrun")
    torch.manual_seed(seed)
    model = FusionModel(spec, config["model"])
    data = make_features(model, windows)
    fit_normalisation(model, data)
    generator = torch.Generator().manual_seed(seed)
    whole = Reconstruction(model, options, generator)
    frontends = [copy.deepcopy(encoder.frontend) for encoder in model.encoders]  # augmentation is on the CPU
    device = choose_device(config["training"]["device"])
    whole.to(device)
    optimiser, precision = make_optimiser(whole, options), Precision(device, config["training"]["amp"])
    plain = {**config["augment"], "recombine": [], "recombine_within": None, "mixup": 0.0}
    augmenter = Augmenter(spec, plain, generator, model.contexts)
    torch.manual_seed(seed * 1009)
    identity = checkpoint.signature({**config, "kind": "pretrain", "training": options}, windows.sha256, seed,
                                    [len(data)])
    progress, history = Progress(log, folder, options["epochs"]), []
    state = checkpoint.load(folder, identity)
    if state is not None:
        whole.load_state_dict(state["model"])
        optimiser.load_state_dict(state["optimiser"])
        history = state["history"]
        checkpoint.restore_random_state(generator, state["random"])
        progress.resume(history)
    for epoch in range(len(history), options["epochs"]):
        loss = _epoch(whole, data, (augmenter, frontends), optimiser, precision, epoch, device)
        if not loss == loss:
            raise TrainingError(f"the pre-training loss is not a number in epoch {epoch + 1}: lower "
                                f"pretrain.learning_rate (now {options['learning_rate']:g})")
        history.append({"epoch": epoch + 1, "loss": loss})
        progress.epoch(history)
        checkpoint.save(folder, {"signature": identity, "model": whole.state_dict(), "history": history,
                                 "optimiser": optimiser.state_dict(), "random": checkpoint.random_state(generator)})
    os.makedirs(folder, exist_ok=True)
    torch.save({"state": model.to("cpu").state_dict(), "spec": spec.raw, "config": config},
               os.path.join(folder, PRETRAINED))
    jsonfile.write(os.path.join(folder, "pretrain.json"), history)
    checkpoint.discard(folder)
    return history


def _epoch(whole, data, augmentation, optimiser, precision, epoch, device):
    """One pass over all windows; returns the mean loss."""
    options, total, losses = whole.options, len(data), []
    whole.train()
    order = torch.randperm(total, generator=whole.generator)
    steps = max(1, total // options["batch"])
    augmenter, frontends = augmentation
    for step in range(steps):
        set_rate(optimiser, options, epoch * steps + step, steps * options["epochs"])
        index = order[step * options["batch"]: (step + 1) * options["batch"]]
        batch = augmenter.batch(data, index, 0.0, frontends)
        optimiser.zero_grad(set_to_none=True)
        with precision.context():
            loss = whole([item.to(device) for item in batch.features], batch.avail.to(device),
                         [item.to(device) for item in batch.context])
        precision.backward(loss)
        precision.step(optimiser, options["clip"])
        losses.append(float(loss))
    return sum(losses) / len(losses)
