"""Log-linear pooling of experts, and its calibration on validation objects over all subsets of the sensors."""

import itertools

import torch
from torch import nn

START_GATE = 0.8
START_OVERRULE = 1.0
EXCLUSIVE = 30.0    # overrule that leaves nothing of a voice beside a wider one
PENALTY = 0.01      # of gates and mixtures, per squared logarithm; a head's loss is 1 at the start
STEPS = 200
FULL_SHARE = 0.5    # of the calibration's loss: windows as recorded; the rest is shared by the subsets
SMALLEST = 1e-7


class Pool(nn.Module):
    """One head's answer: the gated sum of the experts' log-probabilities over joint classes, summed up per class.

    A voice is an expert's list of modalities; it speaks where all of them are available. `gate` [rows, voices]
    weights each voice per context; a voice counts exp(-overrule) less for each speaking voice that hears all it hears
    and more, and exp(-modesty) less where any other voice speaks: how sharp it is alone and how much it has to add are
    two things. `crowding` >= 0 tempers the sum by speaking^-crowding, because voices that saw the same event repeat
    one another's mistakes. With `exclusive` a voice is silent beside a wider one: early fusion with something to fall
    back on, and fewer numbers to fit where events are rare.
    """

    def __init__(self, table, voices, count, rows, exclusive=False):
        super().__init__()
        self.voices, self.count, self.gated, self.exclusive = voices, count, False, exclusive
        self.register_buffer("table", table)
        self.register_buffer("gate", torch.full((rows, len(voices)), START_GATE))
        self.register_buffer("crowding", torch.zeros(()))
        self.register_buffer("overrule", torch.full((), EXCLUSIVE if exclusive else START_OVERRULE))
        self.register_buffer("modesty", torch.zeros(len(voices)))
        self.register_buffer("wider", wider_voices(voices))
        self.register_buffer("temperature", torch.ones(()))
        self.macs = 0

    def forward(self, scores, avail, rows):
        """`scores` [N, voices, J]; returns (logits [N, C], per modality [N, M, C])."""
        present = torch.cat([all_there(avail, voice) for voice in self.voices], dim=1)
        if self.training:
            weights = present / present.sum(dim=1, keepdim=True).clamp(min=1.0)
        else:
            weights = voice_weights(present, rows @ self.gate, self.wider, self.overrule, self.crowding,
                                    self.modesty)
        each = self.classes(scores) * present.unsqueeze(-1)
        columns = [each[:, self.voices.index([m])] if [m] in self.voices else torch.zeros_like(each[:, 0])
                   for m in range(self.count)]
        return self.classes((scores * weights.unsqueeze(-1)).sum(dim=1)), torch.stack(columns, dim=1)

    def classes(self, scores):
        """Log-probabilities of this head's classes from unnormalised log-probabilities of joint classes."""
        return (torch.softmax(scores, dim=-1) @ self.table).clamp(min=SMALLEST).log()


def all_there(avail, voice):
    """[N, 1]: 1 where every modality of the voice is available."""
    present = (avail[:, voice[0]: voice[0] + 1] > 0.5).to(avail.dtype)
    for m in voice[1:]:
        present = present * (avail[:, m: m + 1] > 0.5).to(avail.dtype)
    return present


def wider_voices(voices):
    """[V, V]: 1 at [i, j] where voice i hears everything that voice j hears, and more."""
    return torch.tensor([[float(set(small) < set(wide)) for small in voices] for wide in voices])


def voice_weights(present, gate, wider, overrule, crowding, modesty):
    """[N, V] weights of the speaking voices."""
    speaking = present.sum(dim=1, keepdim=True).clamp(min=1.0)
    quieter = torch.exp(-overrule * (present @ wider) - modesty * (speaking - 1.0).clamp(max=1.0))
    return present * gate * quieter * torch.exp(-crowding * torch.log(speaking))


def calibrate_pools(model, data, answers=None):
    """Fits mixtures, gates and crowding by cross entropy over the subsets of the sensors (never on training data).

    `answers` are those of other models of the same kind, which had left the windows of `data` out of their training.
    """
    found = model.answers(data) if answers is None else answers
    for (heads, voices), experts, block in zip(model.blocks, model.experts, found):
        fit_block(model, data, heads, voices, experts, block)


def fit_block(model, data, heads, voices, experts, answers):
    rows = _context_rows(model, data)
    numbers = {head.name: number for number, head in enumerate(model.spec.heads)}
    singles = sorted({m for voice in voices for m in voice})
    masks = []
    for mask in itertools.product((0.0, 1.0), repeat=len(singles)):
        if any(mask):
            avail = torch.zeros(data.avail.shape[1])
            avail[singles] = torch.tensor(mask)
            avail = data.avail * avail
            masks.append(torch.cat([all_there(avail, voice) for voice in voices], dim=1))
    start = [torch.log(expert.start) for expert in experts]
    mixture = [item.clone().requires_grad_() for item in start]
    gates = {head.name: torch.zeros(len(voices), requires_grad=True) for head in heads}
    offsets = {head.name: torch.zeros(model.rows, len(voices), requires_grad=True) for head in heads}
    crowding = {head.name: torch.tensor(-2.0, requires_grad=True) for head in heads}
    overrule = {head.name: model.readouts[head.name].overrule.clone().requires_grad_() for head in heads}
    modesty = {head.name: torch.zeros(len(voices), requires_grad=True) for head in heads}
    groups = (gates, offsets, crowding, modesty) + (() if model.readouts[heads[0].name].exclusive else (overrule,))
    fitted = mixture + [item for group in groups for item in group.values()]
    optimiser = torch.optim.Adam(fitted, lr=0.03)

    def table(head):
        return START_GATE * torch.exp(gates[head.name] + offsets[head.name])

    first = {}

    def loss_of(place, scores):
        """Of one subset of the sensors, in units of its value at the start: rare events make it small."""
        there, total = masks[place], 0.0
        for head in heads:
            labels = data.labels[numbers[head.name]]
            known = (labels >= 0) & (there.sum(dim=1) > 0)
            weights = voice_weights(there, rows @ table(head), model.readouts[head.name].wider,
                                    overrule[head.name].clamp(min=0.0), nn.functional.softplus(crowding[head.name]),
                                    modesty[head.name])
            logits = model.readouts[head.name].classes((scores * weights.unsqueeze(-1)).sum(dim=1))
            if bool(known.any()):
                loss = nn.functional.nll_loss(logits[known], labels[known])
                total = total + loss / first.setdefault((head.name, place), max(float(loss), SMALLEST))
        return total

    for _ in range(STEPS):
        scores = torch.stack([(item * log.exp().reshape(-1, 1, 1)).sum(dim=0)
                              for item, log in zip(answers, mixture)], dim=1)
        loss = FULL_SHARE * loss_of(len(masks) - 1, scores)
        for place in range(len(masks) - 1):
            loss = loss + (1.0 - FULL_SHARE) / (len(masks) - 1) * loss_of(place, scores)
        drift = [item - first for item, first in zip(mixture, start)] + list(gates.values())
        loss = loss + PENALTY * sum((item * item).sum() for item in drift)
        loss = loss + PENALTY * sum((item * item).sum() for group in (offsets, modesty) for item in group.values())
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    with torch.no_grad():
        for expert, item in zip(experts, mixture):
            expert.mixture.copy_(item.exp())
        for head in heads:
            readout = model.readouts[head.name]
            readout.gate.copy_(table(head))
            readout.crowding.copy_(nn.functional.softplus(crowding[head.name]))
            readout.overrule.copy_(overrule[head.name].clamp(min=0.0))
            readout.modesty.copy_(modesty[head.name])


def _context_rows(model, data):
    from .model import one_hot_context
    return model.context_rows(data.avail, one_hot_context(data.context, model.contexts))


def read_pools(model):
    """Everything that the calibration fitted, as plain lists."""
    return {"mixtures": [[expert.mixture.tolist() for expert in experts] for experts in model.experts],
            "pools": {name: {"gate": pool.gate.tolist(), "crowding": float(pool.crowding),
                             "overrule": float(pool.overrule), "modesty": pool.modesty.tolist()}
                      for name, pool in model.readouts.items()}}


def average_pools(model, calibrations):
    """Sets the mean of several calibrations: gates and mixtures geometrically, the rest as it is."""
    def mean(values):
        return torch.stack([torch.tensor(value).log() for value in values]).mean(dim=0).exp()

    for b, experts in enumerate(model.experts):
        for i, expert in enumerate(experts):
            expert.mixture.copy_(mean([item["mixtures"][b][i] for item in calibrations]))
    for name, pool in model.readouts.items():
        pool.gate.copy_(mean([item["pools"][name]["gate"] for item in calibrations]))
        for key, buffer in (("crowding", pool.crowding), ("overrule", pool.overrule)):
            buffer.fill_(sum(item["pools"][name][key] for item in calibrations) / len(calibrations))
        pool.modesty.copy_(torch.tensor([item["pools"][name]["modesty"] for item in calibrations]).mean(dim=0))
