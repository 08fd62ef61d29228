"""Ablation, pre-training, distillation, explanation, robustness curves, pictures, samplers, disturbances."""

import json
import os
import struct
import tempfile
import unittest
import zlib

import numpy as np
import torch
from support import run_cli, switch_inputs, switch_model, synthetic_files, tiny_spec

from edgefusion_training.ablate import parse_variation
from edgefusion_training.augment import Augmenter
from edgefusion_training.config import fill_config
from edgefusion_training.data import FeatureSet, make_features
from edgefusion_training.distill import Teacher
from edgefusion_training.disturb import corrupt, disturb
from edgefusion_training.errors import TrainingError
from edgefusion_training.explain import emap_scores, saliency
from edgefusion_training.frontend import VectorFrontEnd
from edgefusion_training.loss import total_loss
from edgefusion_training.metrics import calibration_error, macro_f1, mean_result, pooled, r_squared, reliability
from edgefusion_training.model import FusionModel
from edgefusion_training.plot import Canvas, line_chart
from edgefusion_training.pretrain import Reconstruction
from edgefusion_training.robustness import area
from edgefusion_training.sampler import Sampler
from edgefusion_training.synthetic import synthetic_spec, synthetic_windows
from edgefusion_training.trainer import Trainer


class TemporaryFolder(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def path(self, *names):
        return os.path.join(self.folder, *names)

    def run_verb(self, verb, *arguments):
        code, out, err = run_cli(verb, *arguments)
        self.assertEqual((0, ""), (code, err))
        return out


class Commands(TemporaryFolder):
    def setUp(self):
        super().setUp()
        self.config, self.windows = synthetic_files(self.folder, 300, training={"epochs": 2},
                                                    pretrain={"epochs": 2, "batch": 32})
        self.common = ["--config", self.config, "--windows", self.windows, "--run"]

    def test_an_ablation_reports_mean_and_spread_cost_and_what_cannot_be_combined_and_goes_on(self):
        command = ["ablate", *self.common, self.path("grid"), "--vary", "model.fusion=late,bottleneck", "--vary",
                   "model.fusion_layer=1,2", "--seeds", "0,1"]
        out = self.run_verb(*command)
        with open(self.path("grid", "ablation.json"), encoding="utf-8") as stream:
            rows = json.load(stream)["rows"]
        self.assertEqual(4, len(rows))
        self.assertIn("within 0..1 for fusion bottleneck", rows[3]["skipped"])
        self.assertEqual({"mean", "std"}, set(rows[0]["all"]["bit"]))
        self.assertGreater(rows[2]["macs"], rows[0]["macs"])
        self.assertGreater(rows[0]["cpu_ms"], 0.0)
        self.assertIn("| bottleneck | 1 | ", out)
        again = self.run_verb(*command)
        self.assertNotIn("epoch 1/2", again)
        self.assertEqual(out.splitlines()[-5][:60], again.splitlines()[-5][:60])

    def test_pre_trained_weights_are_taken_over_and_explained_models_have_pictures(self):
        out = self.run_verb("pretrain", *self.common, self.path("pre"))
        self.assertIn("epoch 2/2", out)
        out = self.run_verb("train", *self.common, self.path("run"), "--init", self.path("pre"), "--label-fraction",
                            "0.5")
        self.assertRegex(out, r"took over \d+ of")
        out = self.run_verb("distill", *self.common, self.path("student"), "--teacher", self.path("run"), "--set",
                            "model.width=8")
        self.assertIn("| all |", out)
        self.run_verb("explain", "--run", self.path("run"), "--windows", self.windows, "--to", self.path("why"),
                      "--samples", "8")
        with open(self.path("why", "explain.json"), encoding="utf-8") as stream:
            report = json.load(stream)
        self.assertEqual(["camera", "microphone", "force", "proprioception"], list(report["interaction"]))
        total = sum(sum(values) for values in report["saliency"]["bit"].values())
        self.assertAlmostEqual(1.0, total, places=2)
        self.run_verb("evaluate", "--run", self.path("run"), "--windows", self.windows, "--robustness",
                      self.path("robust"), "--json", self.path("numbers.json"))
        with open(self.path("numbers.json"), encoding="utf-8") as stream:
            curves = json.load(stream)["robustness"]
        self.assertEqual(11, len(curves["curves"]["all"]["bit"]))
        for name in (("why", "saliency-bit.png"), ("robust", "robustness-bit.png"), ("run", "curves.png")):
            self.assertGreater(len(read_png(self.path(*name))), 1000)

    def test_a_variation_is_a_member_and_its_values(self):
        self.assertEqual(("model.layers", [2, 4]), parse_variation("model.layers=2,4"))
        self.assertEqual(("model.fusion", ["late", "joint"]), parse_variation("model.fusion=late,joint"))
        self.assertEqual(("augment.noise", [{}, {"a": 1}]), parse_variation('augment.noise=[{}, {"a": 1}]'))
        with self.assertRaisesRegex(TrainingError, "not of the form"):
            parse_variation("model.fusion")


class Distillation(unittest.TestCase):
    def step(self, teacher_options, student_options, **distill):
        spec, config = synthetic_spec(), fill_config({"training": {"batch": 16}, "distill": distill})
        torch.manual_seed(0)
        teacher, student = (FusionModel(spec, {"width": 8, "layers": 3, "readout": "mean_logits", **options})
                            for options in (teacher_options, student_options))
        data = make_features(student, synthetic_windows("xor", 16, 1))
        trainer = Trainer(student, config, data, None, 0, None, teacher=Teacher(teacher, config["distill"]))
        plain = Trainer(student, config, data, None, 0, None)
        index = torch.arange(16)
        return trainer._step(index, None, 0.0) - plain._step(index, None, 0.0)

    def test_answers_and_attention_of_a_joint_teacher_add_to_the_loss(self):
        joint = {"fusion": "joint", "fusion_layer": 1}
        answers = self.step(joint, {}, weight=1.0)
        both = self.step(joint, {}, weight=1.0, attention=1.0)
        self.assertGreater(both, answers + 1e-3)

    def test_an_identical_teacher_has_nothing_to_add(self):
        spec = synthetic_spec()
        torch.manual_seed(0)
        model = FusionModel(spec, {"width": 8, "layers": 3, "drop_path": 0.0})
        data = make_features(model, synthetic_windows("xor", 8, 1))
        teacher = Teacher(model, fill_config({"distill": {"attention": 1.0}})["distill"])
        teacher.prepare(model)
        outputs = model.fuse(data.features, data.avail)
        from edgefusion_training.augment import Batch
        loss = teacher.loss(model, outputs, Batch(data.features, data.avail, [], [], data.avail), 8)
        self.assertLess(abs(float(loss)), 1e-5)

    def test_a_teacher_that_does_not_fit_is_refused_with_the_reason(self):
        for student, message in (({"block": "mixer"}, "student has no attention"),
                                 ({"modalities": {"camera": {"transform": "sqrt"}}}, "front ends of camera")):
            with self.assertRaisesRegex(TrainingError, message):
                self.step({}, student, attention=1.0)


class PreTraining(unittest.TestCase):
    def test_reconstruction_does_not_see_what_is_hidden_and_reaches_every_part(self):
        for fusion in ("bottleneck", "joint", "cross", "late", "perceiver"):
            model = switch_model(fusion=fusion)
            options = {**fill_config({})["pretrain"], "contrastive": 0.1}
            whole = Reconstruction(model, options, torch.Generator().manual_seed(0))
            inputs, context = switch_inputs(model.spec, 4)
            features = model.features(inputs, torch.ones(4, 4))
            loss = whole(features, torch.ones(4, 4), context)
            loss.backward()
            self.assertTrue(bool(torch.isfinite(loss)))
            for encoder in model.encoders:
                self.assertGreater(float(encoder.embed.weight.grad.abs().sum()), 0.0, fusion)

    def test_it_learns_to_tell_hidden_steps_from_the_rest(self):
        spec = tiny_spec(("a", "b"), steps=8, width=2)
        torch.manual_seed(0)
        model = FusionModel(spec, {"width": 16, "layers": 2, "fusion_layer": 0, "drop_path": 0.0})
        options = {**fill_config({})["pretrain"], "decoder_width": 16}
        whole = Reconstruction(model, options, torch.Generator().manual_seed(0))
        optimiser, losses = torch.optim.Adam(whole.parameters(), lr=5e-3), []
        for _ in range(120):
            level = torch.randn(32, 1, 2)  # constant over the window and equal in both sensors
            loss = whole([level.expand(-1, 8, -1), level.expand(-1, 8, -1)], torch.ones(32, 2), ())
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            losses.append(float(loss))
        self.assertGreater(losses[0], 1.5)       # two sensors of unit variance, nothing known: 2
        self.assertLess(np.mean(losses[-10:]), 0.5)


class Explanation(unittest.TestCase):
    def test_the_interaction_is_zero_for_a_sum_and_one_for_a_product(self):
        torch.manual_seed(0)
        a, b = torch.randn(30).sign(), torch.randn(30).sign()
        a, b = a - a.mean(), b - b.mean()
        added = (a.unsqueeze(1) + b.unsqueeze(0)).unsqueeze(2)
        product = (a.unsqueeze(1) * b.unsqueeze(0)).unsqueeze(2)
        self.assertLess(emap_scores(added, False)["score"], 1e-4)
        self.assertGreater(emap_scores(product, False)["score"], 0.8)

    def test_saliency_lies_on_the_sensor_that_decides(self):
        model = FusionModel(tiny_spec(("a", "b")), {"width": 16, "readout": "mean_logits"})
        with torch.no_grad():
            model.unimodal["kind"][1].weight.zero_()  # b cannot say anything on its own,
            model.fusion.first = 4                    # nor through the bottleneck
            model.fusion.last = 4
        data = FeatureSet([torch.randn(6, 4, 3), torch.randn(6, 4, 3)], torch.ones(6, 2),
                          [torch.zeros(6, dtype=torch.long)], torch.arange(6))
        rows = saliency(model, data, 0)
        self.assertAlmostEqual(1.0, sum(rows["a"]), places=4)
        self.assertEqual(0.0, sum(rows["b"]))


class Measures(unittest.TestCase):
    def test_by_hand(self):
        logits = torch.tensor([[2.0, 0.0], [2.0, 0.0], [0.0, 2.0], [2.0, 0.0]])
        labels = torch.tensor([0, 0, 1, 1])

        self.assertAlmostEqual((0.8 + 2 / 3) / 2, macro_f1(logits, labels), places=6)
        confidence = float(torch.sigmoid(torch.tensor(2.0)))
        self.assertAlmostEqual(confidence - 0.75, calibration_error(logits, labels), places=5)
        self.assertAlmostEqual(0.0, r_squared(torch.full((4, 1), 1.5), torch.tensor([[0.0], [1], [2], [3]])), places=6)
        self.assertAlmostEqual(0.5, area([0.0, 0.5, 1.0], [1.0, 0.5, 0.0]))
        self.assertIsNone(area([0.0, 1.0], [None, 1.0]))

    def test_windows_of_an_object_or_a_trial_are_judged_together(self):
        logits = torch.tensor([[2.0, 0.0], [0.0, 1.0], [0.0, 1.0], [3.0, 0.0], [0.0, 9.0]])
        data = FeatureSet([], torch.ones(5, 1), [torch.tensor([0, 0, 1, 1, 0])], torch.tensor([0, 0, 1, 1, 0]),
                          trial=torch.tensor([0, 0, 1, 2, -1]))
        # Objects: both lose (2 against 10, 1 against 3). Trials: 2 against 1 right, right, wrong; one window has none.
        self.assertEqual([0.0], pooled([logits], data, data.group))
        self.assertAlmostEqual(2 / 3, pooled([logits], data, data.trial)[0], places=6)
        self.assertEqual([None], pooled([logits], data, torch.zeros(5, dtype=torch.long)))

    def test_the_calibration_error_of_folds_is_that_of_all_their_windows(self):
        def fold(right):
            bins = reliability(torch.tensor([[0.0, 0.0]] * 4), torch.tensor([0] * right + [1] * (4 - right)))
            return {"windows": 4, "groups": 1, "accuracy": {}, "object_accuracy": {}, "averaged_scores": {},
                    "reliability": {"kind": bins}}

        self.assertAlmostEqual(0.5, mean_result([fold(0), fold(0)])["ece"]["kind"])
        self.assertAlmostEqual(0.0, mean_result([fold(0), fold(4)])["ece"]["kind"])

    def test_regression_counts_in_units_of_the_labels_deviation_and_skips_missing_ones(self):
        model = switch_model()
        inputs, context = switch_inputs(model.spec, 4)
        outputs = model(inputs, torch.ones(4, 4), context)
        target = torch.full((4, 2), float("nan"))
        options = {**fill_config({})["training"], "unimodal_loss": 0.0, "head_weights": {"kind": 0.0}}
        targets = [torch.eye(2)[torch.zeros(4, dtype=torch.long)], target]
        self.assertEqual(0.0, float(total_loss(model.spec, outputs, torch.ones(4, 4), targets, options, model.scales)))
        target[0] = outputs["values"][0].detach() + torch.tensor([2.0 * 2.0, 0.5 * 2.0])  # two deviations off
        loss = total_loss(model.spec, outputs, torch.ones(4, 4), targets, options, model.scales)
        self.assertAlmostEqual(1.5, float(loss), places=4)  # Huber: 2 - 1/2


class Disturbances(unittest.TestCase):
    def setUp(self):
        self.front = VectorFrontEnd(tiny_spec(("a",), steps=20).inputs[0], 1, "none")
        self.random = torch.Generator().manual_seed(0)

    def test_a_late_sensor_repeats_its_oldest_sample_and_a_frozen_one_its_last(self):
        x = torch.arange(20.0).reshape(1, 20, 1).expand(200, -1, 3).clone()
        plain = {key: {} for key in ("stale_ms", "freeze", "corrupt", "gain", "noise", "mask_time", "mask_band")}
        late = disturb(x, "a", self.front, {**plain, "stale_ms": {"a": 200.0}}, self.random, 1000.0)
        delay = 19.0 - late[:, -1, 0]
        self.assertEqual({0.0, 1.0, 2.0, 3.0, 4.0}, set(delay.tolist()))
        self.assertTrue(bool((late[:, 0] == 0.0).all()))
        frozen = disturb(x, "a", self.front, {**plain, "freeze": {"a": 1.0}}, self.random, 1000.0)
        since = frozen[:, -1, 0]
        self.assertTrue(torch.equal(frozen[:, :, 0], torch.minimum(x[:, :, 0], since.unsqueeze(1))))

    def test_corruption_grows_from_nothing_to_everything(self):
        x = torch.randn(50, 20, 3) + 5.0
        self.front.fit(x, torch.ones(50, dtype=torch.bool))
        same = corrupt(x, torch.zeros(50), self.front, self.random)
        self.assertTrue(torch.equal(x, same))
        gone = corrupt(x, torch.ones(50), self.front, self.random)
        self.assertLess(float((gone - self.front.mean).abs().max()), 1e-6)
        half = corrupt(x, torch.full((50,), 0.5), self.front, self.random)
        kept = float((half != self.front.mean).float().mean())
        self.assertTrue(0.2 < kept < 0.3, kept)

    def test_subset_dropout_reaches_every_subset_and_never_none(self):
        spec = tiny_spec(("a", "b", "c"))
        augmenter = Augmenter(spec, {"modality_dropout": 1.0, "modality_dropout_from": 0.0,
                                     "modality_dropout_mode": "subsets"}, self.random)
        masks = {tuple(row) for row in augmenter._drop(torch.ones(500, 3), 1.0).tolist()}
        self.assertEqual(7, len(masks))
        self.assertNotIn((0.0, 0.0, 0.0), masks)

    def test_partners_of_recombination_share_the_context(self):
        model = switch_model()
        augmenter = Augmenter(model.spec, {"recombine_within": "behaviour"}, self.random, model.contexts)
        context = (torch.arange(60) % 3).reshape(-1, 1)
        partners = augmenter._partners(context)
        self.assertTrue(torch.equal(context, context[partners]))
        self.assertGreater(int((partners != torch.arange(60)).sum()), 40)

    def test_the_same_generator_state_gives_the_same_batch(self):
        model = switch_model()
        inputs, _ = switch_inputs(model.spec, 12)
        features = model.features(inputs, torch.ones(12, 4))
        data = FeatureSet(features, torch.ones(12, 4), [torch.arange(12) % 2, torch.randn(12, 2)], torch.arange(12),
                          (torch.arange(12) % 3).reshape(-1, 1))
        everything = {"mixup": 0.4, "noise": {"a": 0.1, "eye": 0.1}, "gain": {"sound": 0.2, "a": 0.1},
                      "mask_time": {"a": 2, "sound": 50}, "mask_band": {"a": 1}, "brightness": 0.1, "shift_pixels": 1,
                      "stale_ms": {"c": 300}, "freeze": {"eye": 0.5}, "corrupt": {"a": 0.5, "eye": 0.5, "sound": 0.5},
                      "extra_dropout": {"eye": 0.5}, "modality_dropout_from": 0.0}
        batches = []
        for salt in (1, 2):  # the global generator must not matter
            torch.manual_seed(salt)
            augmenter = Augmenter(model.spec, everything, torch.Generator().manual_seed(7), model.contexts)
            batches.append(augmenter.batch(data, torch.arange(12), 1.0, [e.frontend for e in model.encoders]))
        for one, two in zip(batches[0], batches[1]):
            for a, b in zip(one, two) if isinstance(one, list) else [(one, two)]:
                self.assertTrue(torch.equal(a, b))


class Sampling(unittest.TestCase):
    def test_weighted_tasks_draw_only_windows_with_that_label_by_weight(self):
        model = switch_model()
        labels = [torch.cat([torch.zeros(90), torch.full((10,), -1.0)]).long(),
                  torch.cat([torch.full((90, 2), float("nan")), torch.zeros(10, 2)])]
        data = FeatureSet([torch.zeros(100, 1)] * 4, torch.ones(100, 4), labels, torch.arange(100))
        options = {**fill_config({})["training"], "batch": 10, "task_sampling": "weighted",
                   "task_weights": {"kind": 1.0, "place": 3.0}}
        sampler = Sampler(model.spec, options, data, torch.Generator().manual_seed(0))
        seen = [(int(index.min()), int(index.max()), head) for _ in range(40) for index, head in sampler.epoch()]
        self.assertEqual(400, len(seen))
        for low, high, head in seen:
            self.assertTrue(low >= 90 if head == "place" else high < 90)
        share = sum(head == "place" for _, _, head in seen) / len(seen)
        self.assertTrue(0.68 < share < 0.82, share)
        with self.assertRaisesRegex(TrainingError, "task_weights.plaice' .did you mean 'place'"):
            Sampler(model.spec, {**options, "task_weights": {"plaice": 1}}, data, None)


def read_png(path):
    """The decompressed rows; fails on a picture that a viewer would refuse."""
    with open(path, "rb") as stream:
        content = stream.read()
    assert content[:8] == b"\x89PNG\r\n\x1a\n"
    place, pixels = 8, b""
    while place < len(content):
        size, kind = struct.unpack(">I4s", content[place: place + 8])
        body = content[place + 8: place + 8 + size]
        assert zlib.crc32(kind + body) == struct.unpack(">I", content[place + 8 + size: place + 12 + size])[0]
        pixels += body if kind == b"IDAT" else b""
        place += 12 + size
    return zlib.decompress(pixels)


class Pictures(TemporaryFolder):
    def test_a_picture_has_the_pixels_that_were_drawn(self):
        canvas = Canvas(4, 3)
        canvas.box(1, 1, 3, 2, (255, 0, 0))
        canvas.save(self.path("a.png"))
        white, red = b"\xff\xff\xff", b"\xff\x00\x00"
        self.assertEqual(b"\0" + white * 4 + b"\0" + white + red * 2 + white + b"\0" + white * 4,
                         read_png(self.path("a.png")))

    def test_gaps_constant_curves_and_no_curves_do_not_break_a_chart(self):
        line_chart(self.path("b.png"), {"flat": [(0, 1.0), (1, None), (2, 1.0)], "nan": [(0, float("nan"))]}, "x", "t")
        line_chart(self.path("c.png"), {}, "x", "t")
        self.assertIn(bytes((31, 119, 180)), read_png(self.path("b.png")))
        read_png(self.path("c.png"))


if __name__ == "__main__":
    unittest.main()
