"""The expert model: closed-form parts, pooling, masks, context, calibration, export."""

import os
import tempfile
import unittest

import numpy as np
import torch
from support import tiny_raw

from edgefusion_training import closedform
from edgefusion_training.build import build_model
from edgefusion_training.calibrate import average_calibration, calibrate, left_out, read_calibration, settle
from edgefusion_training.config import fill_config
from edgefusion_training.data import FeatureSet
from edgefusion_training.errors import TrainingError
from edgefusion_training.experts import joint_labels, joint_tables
from edgefusion_training.export import compare, write_graph
from edgefusion_training.metrics import auc, predict
from edgefusion_training.model import FusionModel
from edgefusion_training.pool import voice_weights
from edgefusion_training.profile import ProfileFrontEnd
from edgefusion_training.spec import parse_spec
from edgefusion_training.train import fit

try:
    import onnx
except ImportError:
    onnx = None

EXPERTS = {"blocks": [{"heads": ["kind", "size"], "modalities": ["a", "b"]}, {"heads": ["tone"], "modalities": ["c"]}],
           "features": 32, "hidden": 8}


def expert_spec():
    raw = tiny_raw()
    raw["heads"] = [{"name": name, "kind": "classification", "tensor": "logits_" + name, "labels": labels}
                    for name, labels in (("kind", ["x", "y"]), ("size", ["s", "m", "l"]), ("tone", ["u", "v"]))]
    raw["context"] = [{"name": "action", "tensor": "context_action", "labels": ["push", "lift"]}]
    return parse_spec(raw)


def expert_data(spec, count=240, seed=0):
    """Sensor a shows the kind, b the size, c the tone; the action turns the sign of everything around."""
    random = np.random.RandomState(seed)
    labels = [torch.from_numpy(random.randint(0, head.size, count)) for head in spec.heads]
    action = torch.from_numpy(random.randint(0, 2, count))
    sign = (1.0 - 2.0 * action.float()).reshape(-1, 1, 1)
    features = []
    for label in labels:
        x = torch.from_numpy(random.randn(count, 4, 3).astype(np.float32)) * 0.3
        x[:, 1, 0] += label.float() * 1.5
        features.append(x * sign)
    return FeatureSet(features, torch.ones(count, 3), labels, torch.arange(count) % 12, action.unsqueeze(1))


def expert_model(prepared=True, **options):
    torch.manual_seed(0)
    model = build_model(expert_spec(), {"experts": {**EXPERTS, **options}}).eval()
    if prepared:
        model.prepare(expert_data(model.spec))
    return model


def inputs_of(data, index):
    return [item[index] for item in data.features]


def known(data, index):
    return [torch.nn.functional.one_hot(data.context[index, 0], 2).float()]


class ClosedForm(unittest.TestCase):
    def test_whitening_makes_the_scatter_the_identity(self):
        x = torch.randn(400, 5, dtype=torch.float64) @ torch.randn(5, 5, dtype=torch.float64)
        scatter, _, _ = closedform.within_scatter(x, torch.zeros(400, dtype=torch.long), 1)
        root = closedform.whitener(scatter, 0.0)
        self.assertLess(float((root @ scatter @ root - torch.eye(5)).abs().max()), 1e-8)

    def test_random_features_approximate_the_kernel(self):
        x = torch.randn(20, 6, dtype=torch.float64)
        directions, phases = closedform.random_features(6, 8192, 0.7, torch.Generator().manual_seed(1))
        features = closedform.cosines(x, directions, phases)
        exact = torch.exp(-0.7 * torch.cdist(x, x) ** 2 / 6)
        self.assertLess(float((features @ features.t() - exact).abs().max()), 0.06)

    def test_bumps_around_landmarks_regress_like_the_exact_kernel(self):
        generator = torch.Generator().manual_seed(2)
        x = torch.randn(120, 6, generator=generator, dtype=torch.float64)
        targets = torch.nn.functional.one_hot((x[:, 0] * x[:, 1] > 0).long(), 2).double()
        kernel, mean = closedform.bumps(x, x, 0.1), targets.mean(dim=0)
        self.assertLess(float((kernel - torch.exp(-0.1 * torch.cdist(x, x) ** 2)).abs().max()), 1e-9)
        exact = kernel @ torch.linalg.solve(kernel + 0.3 * torch.eye(120), targets - mean) + mean
        points = closedform.landmarks(x.std(dim=0), 400, generator)
        features = closedform.bumps(x, points, 0.1)
        weights, bias = closedform.landmark_ridge(features, points, targets, 0.3, 0.1)
        self.assertLess(float((features @ weights + bias - exact).abs().max()), 0.05)
        self.assertGreater(float((exact - mean).abs().max()), 0.5)

    def test_ridge_is_the_same_solved_over_windows_and_over_features(self):
        features, targets = torch.randn(30, 30, dtype=torch.float64), torch.randn(30, 2, dtype=torch.float64)
        short, wide = features[:, :29], torch.cat([features, torch.zeros(30, 5)], dim=1)
        primal, _ = closedform.ridge(short, targets, 0.3)
        dual, _ = closedform.ridge(torch.cat([short, torch.zeros(30, 6)], dim=1), targets, 0.3)
        self.assertLess(float((primal - dual[:29]).abs().max()), 1e-8)
        self.assertEqual(tuple(closedform.ridge(wide, targets, 0.3)[0].shape), (35, 2))

    def test_additive_means_are_kept_where_they_are_additive(self):
        tables = torch.cat(joint_tables(expert_spec().heads[:2]), dim=1).double()
        means = tables @ torch.randn(5, 4, dtype=torch.float64)
        drawn = closedform.additive(means, torch.ones(6), tables, 1.0)
        self.assertLess(float((drawn - means).abs().max()), 1e-8)

    def test_axes_of_groups_also_see_objects_of_one_class_apart(self):
        labels, group = torch.tensor([0, 0, 0, 0, 1, 1]), torch.tensor([0, 0, 1, 1, 2, 2])
        x = torch.zeros(6, 3, dtype=torch.float64)
        x[:, 0], x[:, 1] = labels * 2.0, torch.tensor([1.0, 1.0, -1.0, -1.0, 0.0, 0.0])
        parts = closedform.part_means(x, labels, group)
        self.assertEqual([[0.0, -1.0], [0.0, 1.0], [2.0, 0.0]], sorted(row[:2] for row in parts.tolist()))
        same = torch.eye(3, dtype=torch.float64)
        axes = closedform.subspace(same, parts, 0.0, 3)
        self.assertEqual([True, True, False], axes.abs().sum(dim=0).gt(1e-9).tolist())
        classes = closedform.subspace(same, closedform.class_means(x, labels, 2)[0], 0.0, 3)
        self.assertLess(float(classes[1].abs().max()), 1e-9)

    def test_additive_targets_are_the_sum_of_one_answer_per_head(self):
        tables = joint_tables(expert_spec().heads[:2])
        design, labels = torch.cat(tables, dim=1).double(), torch.arange(6)
        self.assertTrue(torch.equal(torch.eye(6).double(), closedform.additive_targets(labels, design, 0.0)))
        targets = closedform.additive_targets(labels, design, 1.0)
        expected = (tables[0] @ tables[0].t() / 3 + tables[1] @ tables[1].t() / 2 - 1 / 6) * 6 / 5
        self.assertLess(float((targets - expected).abs().max()), 1e-6)
        alone = torch.eye(3, dtype=torch.float64)  # with one head there is nothing to add up
        self.assertLess(float((closedform.additive_targets(torch.arange(3), alone, 1.0) - alone).abs().max()), 1e-9)

    def test_joint_labels_and_tables_agree(self):
        heads = expert_spec().heads[:2]
        labels = [torch.tensor([0, 1, 1]), torch.tensor([2, 0, 1])]
        joint = joint_labels(heads, labels)
        for table, label in zip(joint_tables(heads), labels):
            self.assertTrue(torch.equal(table[joint].argmax(dim=1), label))


class Experts(unittest.TestCase):
    def test_it_learns_what_depends_on_the_action_without_a_gradient(self):
        model = expert_model()
        test = expert_data(model.spec, seed=1)
        fused, _ = predict(model, test, test.avail)
        right = [float((logits.argmax(dim=1) == label).float().mean()) for logits, label in zip(fused, test.labels)]
        self.assertGreater(min(right), 0.8, right)

    def test_a_masked_sensor_has_no_effect_whatever_it_holds(self):
        model, data = expert_model(), expert_data(expert_spec())
        index = torch.arange(6)
        avail = torch.tensor([[1.0, 0.0, 1.0]]).expand(6, -1)
        with torch.no_grad():
            clean = model(inputs_of(data, index), avail, known(data, index))
            for poison in (float("nan"), float("inf"), 1e30):
                inputs = inputs_of(data, index)
                inputs[1] = torch.full_like(inputs[1], poison)
                dirty = model(inputs, avail, known(data, index))
                for name in clean:
                    self.assertTrue(torch.equal(clean[name], dirty[name]), (name, poison))

    def test_sensors_of_another_block_do_not_change_an_answer(self):
        model, data = expert_model(), expert_data(expert_spec())
        index = torch.arange(6)
        with torch.no_grad():
            full = model(inputs_of(data, index), torch.ones(6, 3), known(data, index))
            less = model(inputs_of(data, index), torch.tensor([[1.0, 1.0, 0.0]]).expand(6, -1), known(data, index))
        self.assertTrue(torch.equal(full["logits_kind"], less["logits_kind"]))
        self.assertFalse(torch.equal(full["logits_tone"], less["logits_tone"]))
        self.assertTrue(torch.equal(less["logits_tone"][:, 0], less["logits_tone"][:, 1]))

    def test_without_any_sensor_every_answer_is_finite_and_the_same(self):
        model, data = expert_model(), expert_data(expert_spec())
        index = torch.arange(6)
        with torch.no_grad():
            outputs = model(inputs_of(data, index), torch.zeros(6, 3), known(data, index))
        for name, value in outputs.items():
            self.assertTrue(bool(torch.isfinite(value).all()), name)
            self.assertLess(float((value - value[:1]).abs().max()), 1e-6, name)

    def test_a_voice_that_hears_more_overrules_and_falls_silent_with_its_sensor(self):
        both = {"modalities": ["a", "b"], "features": 48}
        blocks = [{"heads": ["kind", "size"], "modalities": ["a", "b"], "together": [both]},
                  {"heads": ["tone"], "modalities": ["c"]}]
        model, data = expert_model(blocks=blocks), expert_data(expert_spec())
        self.assertEqual([32, 32, 48], [len(expert.phases) for expert in model.experts[0]])
        pool = model.readouts["kind"]
        weights = voice_weights(torch.tensor([[1.0, 1.0, 1.0], [1.0, 0.0, 0.0]]), torch.ones(2, 3), pool.wider,
                                torch.tensor(2.0), torch.tensor(0.0), torch.zeros(3))
        self.assertAlmostEqual(float(weights[0, 2] / weights[0, 0]), float(torch.tensor(2.0).exp()), places=4)
        self.assertEqual(float(weights[1, 0]), 1.0)
        index, avail = torch.arange(6), torch.tensor([[1.0, 0.0, 1.0]]).expand(6, -1)
        with torch.no_grad():
            clean = model(inputs_of(data, index), avail, known(data, index))
            inputs = inputs_of(data, index)
            inputs[1] = torch.full_like(inputs[1], float("nan"))
            self.assertTrue(torch.equal(clean["logits_kind"], model(inputs, avail, known(data, index))["logits_kind"]))

    def test_a_modest_voice_steps_back_unless_it_is_alone(self):
        nothing = torch.tensor(0.0)
        weights = voice_weights(torch.tensor([[1.0, 1.0], [1.0, 0.0]]), torch.ones(2, 2), torch.zeros(2, 2), nothing,
                                nothing, torch.tensor([0.5, 0.0]))
        self.assertAlmostEqual(float(weights[0, 0]), float(torch.tensor(-0.5).exp()), places=6)
        self.assertEqual([1.0, 1.0, 0.0], [float(weights[0, 1]), *weights[1].tolist()])

    def test_an_exclusive_block_answers_by_its_widest_voice_alone(self):
        blocks = [{"heads": ["kind", "size"], "modalities": ["a", "b"], "together": [["a", "b"]], "exclusive": True},
                  {"heads": ["tone"], "modalities": ["c"]}]
        model, data = expert_model(blocks=blocks), expert_data(expert_spec(), seed=2)
        calibrate(model, data)
        pool = model.readouts["kind"]
        weights = voice_weights(torch.tensor([[1.0, 1.0, 1.0], [1.0, 0.0, 0.0]]), torch.ones(2, 3), pool.wider,
                                pool.overrule, pool.crowding, torch.zeros(3))
        self.assertLess(float(weights[0, :2].max()), 1e-12)
        self.assertEqual(1.0, float(weights[1, 0]))

    def test_an_unknown_action_uses_tables_of_its_own(self):
        model, data = expert_model(), expert_data(expert_spec())
        index = torch.arange(6)
        with torch.no_grad():
            unknown = model(inputs_of(data, index), torch.ones(6, 3), [torch.zeros(6, 2)])
            default = model(inputs_of(data, index), torch.ones(6, 3))
            told = model(inputs_of(data, index), torch.ones(6, 3), known(data, index))
        self.assertTrue(torch.equal(unknown["logits_kind"], default["logits_kind"]))
        self.assertFalse(torch.equal(unknown["logits_kind"], told["logits_kind"]))

    def test_a_joint_class_that_never_occurred_is_not_answered_with_confidence(self):
        model = expert_model(prepared=False)
        data = expert_data(model.spec)
        kept = (data.labels[0] == 0) | (data.labels[1] != 2)  # kind y never has size l
        model.prepare(data.subset(torch.nonzero(kept).flatten()))
        self.assertEqual(int((model.experts[0][0].unseen < 0).sum()), 1)

    def test_training_fits_the_perceptron_only(self):
        model = expert_model()
        before = {name: value.clone() for name, value in model.state_dict().items()}
        config = fill_config({"spec": "-", "training": {"epochs": 2, "batch": 60, "ema": 0.5}})
        fit(model, config, expert_data(model.spec), None, 0, log=None)
        for name, value in model.state_dict().items():
            trained = any(part in name for part in (".perceptron.",))
            self.assertEqual(trained, not torch.equal(before[name], value), name)

    def test_nets_learn_apart_and_answer_by_their_mean(self):
        model = expert_model(nets=3)
        one = model.experts[0][0].perceptron
        x, told = torch.randn(6, one.nets[0].first.in_features), torch.eye(3).repeat(2, 1)
        with torch.no_grad():
            each = [net(x, told)[1] for net in one.nets]
            self.assertLess(float((one(x, told)[1] - sum(each) / 3).abs().max()), 1e-6)
        one.train()
        one(x, told)[1][:2].sum().backward()  # the first third of a batch is the first net's
        heard = [any(bool((p.grad != 0).any()) for p in net.parameters() if p.grad is not None) for net in one.nets]
        self.assertEqual([True, False, False], heard)
        before = [net.output.weight.detach().clone() for net in one.nets]
        config = fill_config({"spec": "-", "training": {"epochs": 1, "batch": 60, "ema": 0.5}})
        fit(model, config, expert_data(model.spec), None, 0, log=None)
        steps = [float((net.output.weight - old).abs().max()) for net, old in zip(one.nets, before)]
        self.assertGreater(min(steps), 0.5 * max(steps))

    def test_calibration_is_read_and_averaged(self):
        model, data = expert_model(), expert_data(expert_spec(), seed=2)
        first = read_calibration(model)
        calibrate(model, data)
        second = read_calibration(model)
        self.assertNotEqual(first, second)
        average_calibration(model, [second, second])
        again = read_calibration(model)
        self.assertAlmostEqual(again["pools"]["kind"]["gate"][0][0], second["pools"]["kind"]["gate"][0][0], places=5)
        gate = np.array(second["pools"]["kind"]["gate"])
        self.assertGreater(gate[:, 0].mean(), gate[:, 1].mean(), "sensor a shows the kind")

    def test_a_model_of_everything_is_calibrated_by_all_that_was_left_out(self):
        model, data = expert_model(), expert_data(expert_spec(), seed=2)
        calibrate(model, data)
        together = read_calibration(model)
        halves = [data.subset(torch.arange(0, 90)), data.subset(torch.arange(90, 240))]
        other = expert_model()
        settle(other, [], [left_out(other, half) for half in halves])
        gates = [np.array(item["pools"]["kind"]["gate"]) for item in (together, read_calibration(other))]
        self.assertLess(np.abs(gates[0] - gates[1]).max(), 1e-4)

    def test_options_that_do_not_fit_are_named(self):
        spec = expert_spec()
        for options, expected in (({"hiden": 4}, "hidden"), ({"nets": 0}, "experts.nets"),
                                  ({"kernel_axes": "objects"}, "kernel_axes"),
                                  ({"kernel_features": "cosine"}, "experts.kernel_features"),
                                  ({"kernel_additive": 1.5}, "kernel_additive"), ({"blocks": [
                                      {"heads": ["kind", "size", "tone"], "jumps": 1}]}, "blocks.jumps is 1"),
                                  ({"members": ["kernel"]}, "perceptron"),
                                  ({"blocks": [{"heads": ["kind"]}]}, "exactly once"),
                                  ({"blocks": [{"heads": ["kind", "size", "tone"], "together": [
                                      {"modalities": ["a", "b"], "feature": 4}]}]}, "together.feature"),
                                  ({"blocks": [{"heads": ["kind", "size", "tone"], "modalities": ["d"]}]},
                                   "modalities.d")):
            with self.assertRaises(TrainingError) as caught:
                build_model(spec, {"experts": options})
            self.assertIn(expected, str(caught.exception))
        self.assertIsInstance(build_model(spec, {}), FusionModel)

    @unittest.skipIf(onnx is None, "onnx is not installed")
    def test_the_exported_graph_answers_alike(self):
        model = expert_model(nets=2, kernel_rank=4, kernel_axes="groups")
        model.encoders[0].frontend.kind = "none"
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "model.onnx")
            write_graph(model, path)
            self.assertLess(compare(model, path), 1e-4)


class Profiles(unittest.TestCase):
    def front(self, **options):
        return ProfileFrontEnd(expert_spec().inputs[0], **options)

    def test_floor_root_is_the_root_above_the_smallest_value_which_is_kept(self):
        x = torch.tensor([[[-3.0, 1.0, 6.0]] * 4])
        profile = self.front(transform="floor_sqrt", statistics=False).patches(x)[0, 0]
        self.assertEqual([round(v, 5) for v in profile[:3].tolist()], [0.0, 2.0, 3.0])
        self.assertEqual(float(profile[-1]), -3.0)

    def test_statistics_do_not_depend_on_the_order_in_time(self):
        front, x = self.front(), torch.randn(2, 4, 3)
        statistics = front.patches(x)[:, 0, 12:]
        shuffled = front.patches(x[:, [2, 0, 3, 1]])[:, 0, 12:]
        self.assertLess(float((statistics - shuffled).abs().max()), 1e-6)
        self.assertEqual(front.patches(x).shape[2], front.patch_size)

    def test_columns_read_a_flat_vector_as_steps_of_channels(self):
        x = torch.randn(2, 4, 3)  # 4 steps of 3 channels, taken as 6 steps of 2
        front = self.front(columns=2, statistics=True)
        profile = front.patches(x)[:, 0]
        self.assertTrue(torch.equal(profile[:, :12], x.flatten(1)))
        self.assertLess(float((profile[:, 12:14] - x.reshape(2, 6, 2).mean(dim=1)).abs().max()), 1e-6)
        self.assertEqual(profile.shape[1], front.patch_size)
        with self.assertRaisesRegex(TrainingError, "columns"):
            self.front(columns=5)

    def test_jumps_are_the_largest_change_over_so_many_steps(self):
        x = torch.tensor([[[0.0, 0.0, 1.0], [5.0, 0.0, 1.0], [4.0, 1.0, 1.0], [2.0, 3.0, 1.0]]])
        front = self.front(statistics=False, jumps=[1, 3])
        profile = front.patches(x)[0, 0]
        self.assertEqual([5.0, 2.0, 0.0, 2.0, 3.0, 0.0], [round(v, 4) for v in (profile[12:].exp() - 1e-3).tolist()])
        self.assertEqual(len(profile), front.patch_size)

    def test_wrong_jumps_are_named(self):
        for wrong in ([0], [4], [1, 1], [1.0], [True], 3, "1"):
            with self.assertRaisesRegex(TrainingError, "jumps is .* from 1 to 3"):
                self.front(jumps=wrong)

    def test_a_block_can_leave_the_jumps_out(self):
        blocks = [{"heads": ["kind", "size"]}, {"heads": ["tone"], "jumps": False}]
        model = build_model(expert_spec(), {"experts": {**EXPERTS, "blocks": blocks},
                                            "modalities": {"c": {"jumps": [1], "transform": "floor_sqrt"}}}).eval()
        heard = [[expert.size for expert in experts] for experts in model.experts]
        front = model.encoders[2].frontend
        self.assertEqual([front.patch_size, front.still_size], [heard[0][2], heard[1][2]])
        self.assertEqual(front.still_size, front.patch_size - 3)
        model.prepare(expert_data(model.spec))
        x = torch.randn(2, 4, 3)
        still = ProfileFrontEnd(expert_spec().inputs[2], transform="floor_sqrt").patches(x)
        self.assertTrue(torch.equal(still, front.patches(x)[:, :, : front.still_size]))

    def test_jumps_are_exported_with_either_kernel(self):
        blocks = [{"heads": ["kind", "size"]}, {"heads": ["tone"], "jumps": False}]
        for features in ("cosines", "landmarks"):
            model = build_model(expert_spec(), {"experts": {**EXPERTS, "blocks": blocks, "kernel_additive": 0.5,
                                                            "kernel_features": features, "kernel_rank": 2},
                                                "modalities": {"a": {"jumps": [1, 2]}}}).eval()
            data = expert_data(model.spec)
            model.prepare(data)
            fused, _ = predict(model, data, data.avail)
            self.assertTrue(all(bool(torch.isfinite(logits).all()) for logits in fused))
            self.assertEqual([1, 2], model.encoders[0].frontend.describe()["jumps"])
            if onnx is not None:
                with tempfile.TemporaryDirectory() as folder:
                    path = os.path.join(folder, "model.onnx")
                    write_graph(model, path)
                    self.assertLess(compare(model, path), 1e-4)

    def test_an_unknown_transform_is_named(self):
        with self.assertRaisesRegex(TrainingError, "floor_sqrt"):
            self.front(transform="floor_sqr")


class Detection(unittest.TestCase):
    def test_auc_counts_pairs(self):
        logits = torch.tensor([[0.0, 1.0], [0.0, 2.0], [0.0, 3.0], [0.0, 3.0]])
        self.assertAlmostEqual(auc(logits, torch.tensor([0, 1, 0, 1])), (1 + 0 + 1 + 0.5) / 4)
        self.assertIsNone(auc(logits, torch.tensor([0, 0, 0, -1])))


if __name__ == "__main__":
    unittest.main()
