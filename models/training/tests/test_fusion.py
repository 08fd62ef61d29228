"""Isolation, order invariance, masks, hand-computed exchange, parameter and MAC counts."""

import re
import unittest

import torch
from support import random_inputs, real_spec, tiny_model, tiny_spec

from edgefusion_training.block import Attention, Mlp, block_macs, block_parameters
from edgefusion_training.errors import TrainingError
from edgefusion_training.fusion import masked_mean
from edgefusion_training.model import FusionModel
from edgefusion_training.readout import masked_weights


def layer_tokens(model, inputs, avail):
    record = []
    with torch.no_grad():
        model.fuse(model.features(inputs, avail), avail, layer_tokens=record)
    return record


def renumbered(key, number_of):
    """The name of a weight when the modalities are numbered otherwise."""
    return re.sub(r"^(encoders|unimodal\.kind|layers\.(?:mixing|mlps)\.\d+)\.(\d+)\.",
                  lambda found: f"{found[1]}.{number_of(int(found[2]))}.", key)


class Isolation(unittest.TestCase):
    def changed_layers(self, **options):
        spec = tiny_spec()
        model, inputs = tiny_model(spec, **options), random_inputs(spec)
        avail = torch.ones(3, 3)
        before = layer_tokens(model, inputs, avail)
        inputs[1] = inputs[1] + 1.0
        after = layer_tokens(model, inputs, avail)
        return [float((a[0] - b[0]).abs().max()) for a, b in zip(before, after)]

    def test_a_change_of_one_sensor_reaches_another_one_layer_after_the_first_fusion_layer(self):
        changed = self.changed_layers(fusion_layer=1)

        self.assertEqual([0.0, 0.0], changed[:2])
        self.assertTrue(all(value > 1e-6 for value in changed[2:]), changed)

    def test_late_fusion_never_exchanges(self):
        self.assertEqual([0.0] * 4, self.changed_layers(fusion="late"))

    def test_a_single_fusion_layer_would_not_exchange_and_is_rejected(self):
        model = tiny_model(tiny_spec())
        model.fusion_layer = model.fusion.first = 3  # behind the validator's back: what it protects from
        inputs, avail = random_inputs(model.spec), torch.ones(3, 3)
        before = layer_tokens(model, inputs, avail)
        inputs[1] = inputs[1] + 1.0
        after = layer_tokens(model, inputs, avail)

        self.assertEqual(0.0, float((before[3][0] - after[3][0]).abs().max()))
        with self.assertRaisesRegex(TrainingError, "within 0..2"):
            FusionModel(tiny_spec(), {"layers": 4, "fusion_layer": 3})

    def test_every_bad_option_is_reported_at_once(self):
        with self.assertRaisesRegex(TrainingError, "unknown option 'wdth' .did you mean 'width'.*bottleneck_tokens"):
            FusionModel(tiny_spec(), {"wdth": 1, "bottleneck_tokens": 0})


class OrderInvariance(unittest.TestCase):
    def test_permuting_the_sensors_permutes_their_outputs_and_nothing_else(self):
        order = [2, 0, 1]
        spec, permuted = tiny_spec(("a", "b", "c")), tiny_spec(("c", "a", "b"))
        model, other = tiny_model(spec), tiny_model(permuted, seed=9)
        state = model.state_dict()
        for key in list(state):
            other.state_dict()[renumbered(key, order.index)].copy_(state[key])
        inputs, avail = random_inputs(spec), torch.tensor([[1.0, 1, 1], [1, 0, 1], [0, 1, 1]])
        with torch.no_grad():
            a, b = model(inputs, avail), other([inputs[i] for i in order], avail[:, order])

        for name in ("logits_kind", "embedding"):
            self.assertLess(float((a[name] - b[name]).abs().max()), 1e-5)
        unimodal = "logits_kind_per_modality"
        self.assertLess(float((a[unimodal][:, order] - b[unimodal]).abs().max()), 1e-5)


class Masks(unittest.TestCase):
    def test_a_masked_sensor_equals_the_graph_without_it(self):
        spec, smaller = tiny_spec(("a", "b", "c")), tiny_spec(("a", "c"))
        model, reduced = tiny_model(spec), tiny_model(smaller, seed=5)
        state = model.state_dict()
        for key, value in reduced.state_dict().items():
            if key not in ("readouts.kind.gate", "readouts.kind.temperature"):
                value.copy_(state[renumbered(key, lambda number: (0, 2)[number])])
        inputs = random_inputs(spec)
        with torch.no_grad():
            masked = model(inputs, torch.tensor([[1.0, 0.0, 1.0]]).expand(3, -1))
            without = reduced([inputs[0], inputs[2]], torch.ones(3, 2))

        for name in ("logits_kind", "embedding"):
            self.assertLess(float((masked[name] - without[name]).abs().max()), 1e-6)

    def test_nan_and_infinity_in_a_dead_sensor_change_nothing(self):
        for readout in ("mean_logits", "concat_mlp"):
            spec = tiny_spec()
            model, inputs = tiny_model(spec, readout=readout), random_inputs(spec)
            avail = torch.tensor([[1.0, 0.0, 1.0]]).expand(3, -1)
            with torch.no_grad():
                clean = model(inputs, avail)
                for poison in (float("nan"), float("inf"), 1e30):
                    inputs[1] = torch.full_like(inputs[1], poison)
                    dirty = model(inputs, avail)
                    for name in clean:
                        self.assertTrue(torch.equal(clean[name], dirty[name]), (readout, name, poison))

    def test_with_every_sensor_missing_all_outputs_are_finite_for_the_runtime_to_reject(self):
        for name in ("ur5-objects", "workcell"):
            spec = real_spec(name)
            model = FusionModel(spec, {}).eval()
            inputs = [torch.zeros(item.shape, dtype=getattr(torch, item.type)) for item in spec.inputs]
            with torch.no_grad():
                outputs = model(inputs, torch.zeros(1, 4))
            for value in outputs.values():
                self.assertTrue(bool(torch.isfinite(value).all()))

    def test_weights_are_the_masked_mean_or_the_gate_over_the_available_sensors(self):
        avail = torch.tensor([[1.0, 1.0, 0.0], [0.0, 0.0, 0.0]])

        self.assertEqual([[0.5, 0.5, 0.0], [0.0, 0.0, 0.0]], masked_weights(avail).tolist())
        gated = masked_weights(avail, torch.tensor([0.0, 1.0986123, 5.0]))
        self.assertAlmostEqual(0.75, float(gated[0, 1]), places=6)
        self.assertEqual(0.0, float(gated[0, 2]))

    def test_masked_mean_by_hand(self):
        values = torch.tensor([[[1.0, 2.0], [float("nan"), 4.0], [3.0, 6.0]]])

        self.assertEqual([[2.0, 4.0]], masked_mean(values, torch.tensor([[0.5, 0.0, 0.5]])).tolist())


class HandComputed(unittest.TestCase):
    def test_two_sensors_width_two_one_bottleneck_token(self):
        """Attention is made uniform (zero queries and keys), value and output the identity, the MLP zero: each token
        then gains the mean of the normalised tokens it sees, which is easy to follow on paper."""
        spec = tiny_spec(("a", "b"), steps=1, width=2)
        model = tiny_model(spec, width=2, layers=2, fusion_layer=0, bottleneck_tokens=1, attention_heads=1,
                           mlp_ratio=1)
        with torch.no_grad():
            for parameter in model.parameters():
                parameter.zero_()
            model.fusion.bottleneck.copy_(torch.tensor([[[0.0, 2.0]]]))
            for encoder, cls in zip(model.encoders, ([1.0, 0.0], [0.0, 3.0])):
                encoder.cls.copy_(torch.tensor(cls).reshape(1, 1, 2))
                encoder.embed.weight.copy_(torch.eye(2))
            for layer in range(2):
                for number in range(2):
                    mixing, mlp = model.layers.mixing_part(layer, number), model.layers.mlp_part(layer, number)
                    mixing.norm.weight.fill_(1.0)
                    mlp.norm.weight.fill_(1.0)
                    mixing.qkv.weight[4:].copy_(torch.eye(2))
                    mixing.projection.weight.copy_(torch.eye(2))
            model.norm.weight.fill_(1.0)
        tokens = layer_tokens(model, [torch.tensor([[[4.0, 0.0]]]), torch.tensor([[[0.0, 1.0]]])], torch.ones(1, 2))

        # A pair normalises to (1,-1) or (-1,1). Sensor a sees +,+,- : mean (1/3,-1/3); b sees -,-,- : (-1,1).
        third = 1.0 / 3.0
        self.assert_close([[1 + third, -third], [4 + third, -third]], tokens[0][0])
        self.assert_close([[-1.0, 4.0], [-1.0, 2.0]], tokens[0][1])
        # z = mean of (0+1/3, 2-1/3) and (0-1, 2+1) = (-1/3, 7/3): still (-1,1), so the second layer adds the same.
        self.assert_close([[1 + 2 * third, -2 * third], [4 + 2 * third, -2 * third]], tokens[1][0])

    def assert_close(self, expected, actual):
        self.assertLess(float((torch.tensor(expected) - actual[0]).abs().max()), 1e-4)


class Counts(unittest.TestCase):
    def test_block_parameters_follow_the_formula(self):
        for width, ratio in ((64, 4), (96, 4), (32, 2)):
            parts = (Attention(width, 2), Mlp(width, ratio))
            actual = sum(p.numel() for part in parts for p in part.parameters())
            self.assertEqual(block_parameters(width, ratio), actual)

    def test_block_macs_follow_the_formula(self):
        parts, tokens, seen = torch.nn.Sequential(Attention(32, 4), Mlp(32, 4)), 10, []
        for module in parts.modules():
            if isinstance(module, torch.nn.Linear):
                module.register_forward_hook(
                    lambda layer, args, out: seen.append(args[0].shape[1] * layer.in_features * layer.out_features))
        parts(torch.randn(1, tokens, 32))

        self.assertEqual(block_macs(tokens, 32, 4), sum(seen) + 2 * tokens * tokens * 32)
        self.assertEqual(block_macs(tokens, 32, 4), sum(part.macs(tokens) for part in parts))

    def test_the_shipped_sizes_stay_within_the_budget_of_an_edge_cpu(self):
        options = {"modalities": {"camera": {"tubelet": [5, 16, 16]}, "force": {"patch_steps": 20},
                                  "proprioception": {"patch_steps": 5}}}
        model = FusionModel(real_spec("workcell"), options)

        self.assertLess(model.macs(), 50e6)
        self.assertLess(sum(p.numel() for p in model.parameters()), 2e6)


if __name__ == "__main__":
    unittest.main()
