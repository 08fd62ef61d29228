"""The training loop: averaged weights, early stopping on unseen objects, checkpoints, one or several processes."""

import copy
import math
import time

import torch
from torch.nn import functional

from . import checkpoint
from .augment import Augmenter
from .distributed import Processes
from .errors import TrainingError
from .loss import label_counts, total_loss
from .metrics import predict, r_squared
from .progress import Progress
from .sampler import Sampler


class Trainer:
    """Optimises a model in place. Everything random comes from `seed`; the curve does not depend on interruptions."""

    def __init__(self, model, config, data, validation, seed, log=print, folder=None, identity="", teacher=None):
        self.model, self.config, self.options = model, config, config["training"]
        self.data, self.validation, self.folder, self.identity = data, validation, folder, identity
        self.teacher, self.processes = teacher, Processes()
        self.generator = torch.Generator().manual_seed(seed)
        self.device = choose_device(self.options["device"])
        self.augmenter = Augmenter(model.spec, config["augment"], self.generator, model.contexts)
        self.sampler = Sampler(model.spec, self.options, data, self.generator)
        self.frontends = [copy.deepcopy(encoder.frontend) for encoder in model.encoders]  # augmentation is on the CPU
        if min(self.options["batch"], len(data)) < self.processes.count:
            raise TrainingError(f"a batch of {min(self.options['batch'], len(data))} windows cannot be shared by "
                                f"{self.processes.count} processes: start fewer or raise training.batch")
        model.to(self.device)
        self.optimiser = make_optimiser(model, self.options)
        self.average, self.best, self.history = copy.deepcopy(model), None, []
        # Walking the module tree at every step would cost a small model more than its matrices do.
        self.weights, self.averages = ([*one.parameters(), *one.buffers()] for one in (model, self.average))
        if teacher is not None:
            teacher.prepare(model)
        self.precision = Precision(self.device, self.options["amp"])
        torch.manual_seed(seed * 1009 + self.processes.rank)  # dropout inside the model differs between processes
        self.progress = Progress(log if self.processes.first else None, folder if self.processes.first else None,
                                 self.options["epochs"])

    def run(self):
        """Trains to the end; returns one entry per epoch."""
        self._resume()
        for epoch in range(len(self.history), self.options["epochs"]):
            if self._waited_enough():
                break
            self._epoch(epoch)
            self._save()
        self.model.load_state_dict(self.best[2] if self.best is not None else self.average.state_dict())
        self.model.to("cpu").eval()
        return self.history

    def _epoch(self, epoch):
        self.model.train()
        begin, loss_sum = time.perf_counter(), 0.0
        total = self.sampler.steps * self.options["epochs"]
        for step, (index, only) in enumerate(self.sampler.epoch()):
            done = epoch * self.sampler.steps + step
            set_rate(self.optimiser, self.options, done, total)
            loss = self._step(index, only, done / total)
            if not math.isfinite(loss):
                raise TrainingError(self._not_finite(epoch, step))
            loss_sum += loss
            update_average(self.averages, self.weights, min(self.options["ema"], (1.0 + done) / (10.0 + done)))
            self.progress.step(epoch, step, self.sampler.steps, loss_sum / (step + 1))
        seconds = time.perf_counter() - begin
        entry = {"epoch": epoch + 1, "loss": loss_sum / self.sampler.steps}
        if self.validation is not None:
            entry.update(score(self.average, self.validation))
            if self.best is None or entry["score"] > self.best[0]:
                self.best = (entry["score"], epoch + 1, copy.deepcopy(self.average.state_dict()))
        entry["samples_per_s"] = self.sampler.steps * self.options["batch"] / seconds
        self.history.append(entry)
        self.progress.epoch(self.history)

    def _step(self, index, only, progress):
        """One optimiser step on the windows at `index`; returns the loss over all processes."""
        index = index.repeat(getattr(self.model, "copies", 1))
        batch = self.augmenter.batch(self.data, index, progress, self.frontends)
        totals = label_counts(self.model.spec, batch.targets)
        part = self._part(batch)
        self.optimiser.zero_grad(set_to_none=True)
        with self.precision.context():
            outputs = self.model.fuse(part.features, part.avail, self.augmenter.options["token_keep"],
                                      context=part.context)
            loss = total_loss(self.model.spec, outputs, part.avail, part.targets, self.options, self.model.scales,
                              totals, only)
            if self.teacher is not None:
                loss = loss + self.teacher.loss(self.model, outputs, part, len(index))
        self.precision.backward(loss)
        self.processes.add_gradients(self.model)
        self.precision.step(self.optimiser, self.options["clip"])
        return self.processes.add(float(loss))

    def _part(self, batch):
        """This process's share of the batch, on the device."""
        def move(tensor):
            return self.processes.shard(tensor).to(self.device, non_blocking=True)

        return batch._replace(features=[move(x) for x in batch.features], avail=move(batch.avail),
                              targets=[move(x) for x in batch.targets], context=[move(x) for x in batch.context],
                              full_avail=move(batch.full_avail))

    def _waited_enough(self):
        patience = self.options["patience"]
        return bool(self.best is not None and patience and len(self.history) - self.best[1] >= patience)

    def _not_finite(self, epoch, step):
        bad = [name for name, parameter in self.model.named_parameters() if not bool(torch.isfinite(parameter).all())]
        where = f"; not finite: {', '.join(bad[:3])}" if bad else ""
        rate = self.options["learning_rate"]
        return (f"the loss is not a number in epoch {epoch + 1}, step {step + 1}{where}: lower "
                f"training.learning_rate (now {rate:g}) or training.clip ({self.options['clip']:g}); the last whole "
                "epoch is kept in the run's checkpoint")

    def _resume(self):
        state = checkpoint.load(self.folder, self.identity) if self.folder else None
        if state is None:
            return
        self.model.load_state_dict(state["model"])
        self.average.load_state_dict(state["average"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.best, self.history = state["best"], state["history"]
        checkpoint.restore_random_state(self.generator, state["random"])
        if self.processes.rank:  # the saved state is the first process's
            torch.manual_seed(int(torch.initial_seed()) + self.processes.rank * 7919 + len(self.history))
        self.progress.resume(self.history)

    def _save(self):
        if not self.folder:
            return
        if self.processes.first:
            checkpoint.save(self.folder, {
                "signature": self.identity, "model": self.model.state_dict(), "average": self.average.state_dict(),
                "optimiser": self.optimiser.state_dict(), "best": self.best, "history": self.history,
                "random": checkpoint.random_state(self.generator)})
        self.processes.wait()


class Precision:
    """Mixed precision where it pays, on a GPU; the plain case elsewhere. Weights and their average stay float32."""

    def __init__(self, device, wanted):
        self.on = bool(wanted) and device.type == "cuda"
        brain = self.on and torch.cuda.is_bf16_supported()
        self.type = torch.bfloat16 if brain else torch.float16
        self.scaler = torch.cuda.amp.GradScaler(enabled=self.on and not brain)

    def context(self):
        """Autocast for the forward pass."""
        return torch.autocast("cuda", dtype=self.type) if self.on else _Nothing()

    def backward(self, loss):
        self.scaler.scale(loss).backward()

    def step(self, optimiser, clip):
        """Clips and steps; a step whose gradients overflowed in half precision is left out by the scaler."""
        self.scaler.unscale_(optimiser)
        clip_gradients([weight for group in optimiser.param_groups for weight in group["params"]], clip)
        self.scaler.step(optimiser)
        self.scaler.update()


class _Nothing:
    def __enter__(self):
        return self

    def __exit__(self, *details):
        return False


def choose_device(name):
    """"auto" is the GPU where there is one."""
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    if name.startswith("cuda") and not torch.cuda.is_available():
        raise TrainingError(f"training.device is '{name}', but PyTorch {torch.__version__} sees no GPU: "
                            "use cpu or auto")
    return torch.device(name)


def make_optimiser(model, options):
    """AdamW; biases, norms, positions, CLS and bottleneck tokens are not decayed."""
    decayed = [p for name, p in model.named_parameters() if p.dim() == 2]
    rest = [p for name, p in model.named_parameters() if p.dim() != 2]
    return torch.optim.AdamW([{"params": decayed, "weight_decay": options["weight_decay"]},
                              {"params": rest, "weight_decay": 0.0}], lr=options["learning_rate"], foreach=True)


def set_rate(optimiser, options, step, total):
    """Linear warm-up, then cosine to zero."""
    warm = max(1, int(total * options["warmup"]))
    share = (step + 1) / warm if step < warm else 0.5 * (1 + math.cos(math.pi * (step - warm) / max(1, total - warm)))
    for group in optimiser.param_groups:
        group["lr"] = options["learning_rate"] * share


def clip_gradients(weights, limit):
    """Scales all gradients together so that their common norm is at most `limit`."""
    gradients = [weight.grad for weight in weights if weight.grad is not None]
    norm = float(torch.stack(torch._foreach_norm(gradients)).norm())
    if norm > limit:
        torch._foreach_mul_(gradients, limit / (norm + 1e-6))


def update_average(averages, weights, decay):
    """Exponential moving average of parameters, whose early steps count less, so that no start-up bias remains;
    buffers are copied."""
    with torch.no_grad():
        for slow, fast in zip(averages, weights):
            if fast.requires_grad:
                slow.lerp_(fast, 1.0 - decay)
            else:
                slow.copy_(fast)


def score(model, data):
    """Validation: accuracy per head (a regression's share of explained variance) with all sensors as recorded.

    `score` is their mean minus a tenth of the mean loss. The loss term separates epochs of equal accuracy: a few
    validation objects give a coarse accuracy.
    """
    fused, _ = predict(model, data, data.avail)
    entry, qualities, losses = {}, [], []
    for number, head in enumerate(model.spec.heads):
        known = data.known(number)
        if not bool(known.any()):
            continue
        logits, labels = fused[number][known], data.labels[number][known]
        if head.kind == "regression":
            qualities.append(r_squared(logits, labels))
            losses.append(1.0 - qualities[-1])
        else:
            qualities.append(float((logits.argmax(dim=1) == labels).float().mean()))
            losses.append(float(functional.cross_entropy(logits, labels)))
        entry[head.name] = qualities[-1]
    entry["score"] = sum(qualities) / max(len(qualities), 1) - 0.1 * sum(losses) / max(len(losses), 1)
    return entry
