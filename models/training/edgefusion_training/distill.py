"""Distillation: a student learns a teacher's answers, and on request where the teacher looks."""

import torch
from torch.nn import functional

from .errors import TrainingError
from .loss import normalised_error


class Teacher:
    """A finished model whose answers are added to a student's loss.

    `options` is the configuration's section distill: `weight` of the answers' loss, `temperature` of the softened
    classes, `attention` weight of the attention loss (0: off), `sees` "all" recorded sensors, also those that the
    student's modality dropout takes away, or the "same" ones.
    """

    def __init__(self, model, options):
        self.model, self.options = model.eval(), options
        for parameter in model.parameters():
            parameter.requires_grad_(False)
        self.checked = False

    def loss(self, student, outputs, batch, count):
        """Sum over this process's windows divided by `count`, the windows of the whole batch."""
        self._check(student, outputs)
        avail = batch.full_avail if self.options["sees"] == "all" else batch.avail
        student_maps = student.layers.taken() if self.options["attention"] else {}
        with torch.no_grad():
            told = self.model.fuse(batch.features, avail, context=batch.context)
        loss = sum(self._answer_loss(head, outputs[head.tensor], told[head.tensor]) for head in student.spec.heads)
        total = self.options["weight"] * loss.sum()
        if self.options["attention"]:
            total = total + self.options["attention"] * self._attention_loss(student_maps, student, batch.avail).sum()
        return total / count

    def _answer_loss(self, head, given, told):
        if head.kind == "regression":
            return normalised_error(given, told, self.model.scales[head.name].scale)
        heat = self.options["temperature"]
        return heat * heat * functional.kl_div(functional.log_softmax(given / heat, dim=1),
                                               functional.log_softmax(told / heat, dim=1),
                                               reduction="none", log_target=True).sum(dim=1)

    def _attention_loss(self, student_maps, student, avail):
        """Per window: distance between where the CLS tokens look in the last layer, over each modality's patches."""
        teacher_maps, total = self.model.layers.taken(), avail.new_zeros(len(avail))
        for number in range(len(student.encoders)):
            own, told = (patch_attention(model, maps, number)
                         for model, maps in ((student, student_maps), (self.model, teacher_maps)))
            divergence = (told * ((told + 1e-6).log() - (own + 1e-6).log())).sum(dim=1)
            total = total + torch.where(avail[:, number] > 0.5, divergence, torch.zeros_like(divergence))
        return total

    def _check(self, student, outputs):
        if self.checked:
            return
        self.model.to(outputs["embedding"].device)
        faults = []
        for what, ours, theirs in (("heads", student.spec.heads, self.model.spec.heads),
                                   ("context inputs", student.contexts, self.model.contexts)):
            if [(item.name, item.labels) for item in ours] != [(item.name, item.labels) for item in theirs]:
                faults.append(f"{what} differ")
        for item, ours, theirs in zip(student.spec.inputs, student.encoders, self.model.encoders):
            if feature_identity(ours.frontend) != feature_identity(theirs.frontend):
                faults.append(f"the front ends of {item.tensor} compute different features")
        if student.spec.modalities != self.model.spec.modalities:
            faults.append("modalities differ")
        if self.options["attention"]:
            faults += attention_faults("student", student) + attention_faults("teacher", self.model)
        if faults:
            raise TrainingError("this teacher cannot teach this student: " + "; ".join(faults))
        self.checked = True

    def prepare(self, student):
        """Before the first step: attention maps are kept only when they are asked for."""
        if self.options["attention"]:
            student.layers.start_recording()
            self.model.layers.start_recording()


def feature_identity(frontend):
    """What must agree for two models to share cached features: all of the front end that precedes normalisation."""
    after = {"mean", "scale", "clip", "patch", "patch_steps", "patch_samples", "tokens", "tubelet", "frames_kept",
             "statistics"}
    return {key: value for key, value in frontend.describe().items() if key not in after or
            (key == "scale" and isinstance(value, str))}


def attention_faults(who, model):
    """Why a model's attention cannot be compared patch by patch."""
    if model.options["block"] != "attention" or model.options["fusion"] in ("perceiver", "pairwise"):
        return [f"the {who} has no attention of CLS tokens in its last layer (distill.attention must be 0)"]
    if any(encoder.reduction is not None for encoder in model.encoders):
        return [f"the {who} reduces its tokens (distill.attention must be 0)"]
    return []


def patch_attention(model, maps, number):
    """[N, patches]: mean over the heads of the last layer's attention from the CLS to its modality's patches."""
    weights = maps[(model.options["layers"] - 1, number)]
    first = model.encoders[number].prefix
    row = weights[:, :, 0, first: first + model.encoders[number].frontend.tokens].mean(dim=1)
    return row / row.sum(dim=1, keepdim=True).clamp(min=1e-6)
