"""Every switch of the model: it trains, exports with the same numbers, and treats missing sensors exactly."""

import itertools
import os
import tempfile
import unittest
import warnings

import torch
from support import LONG, switch_inputs, switch_model, switch_spec

from edgefusion_training.config import fill_config
from edgefusion_training.data import FeatureSet
from edgefusion_training.errors import TrainingError
from edgefusion_training.export import compare, write_graph
from edgefusion_training.model import FusionModel
from edgefusion_training.options import BLOCKS, FUSIONS, READOUTS, WEIGHTS
from edgefusion_training.train import fit
from edgefusion_training.without import without_modality

try:
    import onnx
except ImportError:
    onnx = None

GROUPS = [["a", "sound"], ["eye", "c"]]


def combinations():
    """All 96 in the long profile; in the short one a set in which every pair of values of two switches occurs."""
    everything = list(itertools.product(FUSIONS, WEIGHTS, BLOCKS, READOUTS))
    if LONG:
        return everything
    chosen, missing = [], {pair for one in everything for pair in itertools.combinations(enumerate(one), 2)}
    while missing:
        best = max(everything, key=lambda one: len(missing & set(itertools.combinations(enumerate(one), 2))))
        chosen.append(best)
        missing -= set(itertools.combinations(enumerate(best), 2))
    return chosen


def one_per_fusion():
    """Six combinations in which every value of every switch occurs, for what takes long."""
    return [(fusion, WEIGHTS[i % 4], BLOCKS[i % 2], READOUTS[i // 2 % 2]) for i, fusion in enumerate(FUSIONS)]


def options_of(combination, **more):
    fusion, weights, block, readout = combination
    options = {"fusion": fusion, "weights": weights, "block": block, "readout": readout, **more}
    if weights == "groups":
        options["share_groups"] = GROUPS
    return options


def run(model, inputs, avail, context):
    with torch.no_grad():
        return model(inputs, avail, context)


class Switches(unittest.TestCase):
    def each(self, check, chosen=None):
        """`check(model)` on all the combinations, or in the short profile on the `chosen` ones."""
        for number, combination in enumerate(combinations() if LONG or chosen is None else chosen):
            # The further switches are dealt out over the combinations.
            more = {"context_mode": ("film", "token", "film_at_cut")[number % 3], "mask_gaps": number % 2 == 0,
                    "share_head": number % 5 == 0}
            with self.subTest(combination=combination, **more):
                check(switch_model(seed=number, **options_of(combination, **more)))

    def test_a_masked_sensor_equals_the_model_built_without_it_and_may_hold_anything(self):
        avail = torch.tensor([[1.0, 1, 0, 1], [1, 0, 0, 1], [0, 0, 0, 1]])
        def check(model):
            inputs, context = switch_inputs(model.spec, 3)
            masked = run(model, inputs, avail, context)
            smaller = without_modality(model, "c")
            without = run(smaller, inputs[:2] + inputs[3:], avail[:, [0, 1, 3]], context)
            for name in ("logits_kind", "values", "embedding"):
                self.assertLess(float((masked[name] - without[name]).abs().max()), 1e-5, name)
            for poison in (float("nan"), float("inf"), 1e30):
                dirty = run(model, inputs[:2] + [torch.full_like(inputs[2], poison)] + inputs[3:], avail, context)
                for name in masked:
                    self.assertTrue(torch.equal(masked[name], dirty[name]), (name, poison))

        self.each(check)

    def test_without_any_sensor_every_answer_is_the_same_neutral_one(self):
        def check(model):
            one, two = (run(model, *switch_inputs(model.spec, 1, seed)[:1], torch.zeros(1, 4),
                            switch_inputs(model.spec, 1)[1]) for seed in (1, 2))
            self.assertEqual(0.0, float(one["logits_kind"].abs().max()))
            self.assertEqual(0.0, float(one["embedding"].abs().max()))
            for name in one:
                self.assertTrue(torch.equal(one[name], two[name]) and bool(torch.isfinite(one[name]).all()), name)

        self.each(check)

    def test_an_unknown_context_is_all_zero_and_a_known_one_matters(self):
        def check(model):
            inputs, context = switch_inputs(model.spec, 2)
            avail = torch.ones(2, 4)
            unknown = run(model, inputs, avail, [torch.zeros(2, 3)])
            self.assertTrue(torch.equal(unknown["logits_kind"], run(model, inputs, avail, ())["logits_kind"]))
            self.assertGreater(float((unknown["logits_kind"] - run(model, inputs, avail, context)["logits_kind"])
                                     .abs().max()), 1e-4)

        self.each(check)

    def test_training_changes_every_weight_and_token_dropping_keeps_shapes(self):
        def check(model):
            data = features_of(model, 8)
            before = {name: value.clone() for name, value in model.named_parameters()}
            config = fill_config({"training": {"epochs": 2, "batch": 8, "learning_rate": 1e-2, "warmup": 0.0},
                                  "augment": {"token_keep": 0.5, "modality_dropout": 0.0, "context_dropout": 0.5}})
            history = fit(model, config, data, None, 0, lambda text: None)
            self.assertTrue(all(entry["loss"] == entry["loss"] for entry in history))
            same = [name for name, value in model.named_parameters() if torch.equal(before[name], value)]
            self.assertEqual([], same)

        self.each(check, one_per_fusion())

    @unittest.skipIf(onnx is None, "python3-onnx is not installed")
    def test_the_exported_graph_gives_the_same_numbers(self):
        def check(model):
            with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
                warnings.simplefilter("ignore")
                path = os.path.join(folder, "model.onnx")
                write_graph(model, path)
                self.assertLess(compare(model, path), 1e-4)

        self.each(check, one_per_fusion())


class Counted:
    """Counts the multiply-accumulates of all products while it is entered."""

    def __enter__(self):
        self.total, self.matmul, self.linear = 0, torch.matmul, torch.nn.functional.linear
        torch.matmul, torch.nn.functional.linear = self._matmul, self._linear
        return self

    def __exit__(self, *details):
        torch.matmul, torch.nn.functional.linear = self.matmul, self.linear

    def _matmul(self, a, b):
        result = self.matmul(a, b)
        self.total += result.numel() * a.shape[-1]
        return result

    def _linear(self, x, weight, bias=None):
        self.total += x.numel() * weight.shape[0]
        return self.linear(x, weight, bias)


class Costs(unittest.TestCase):
    def test_the_counted_work_is_that_of_the_products_that_are_run(self):
        modalities = {"eye": {"tubelet": [1, 4, 4], "reduce": "token_learner", "reduce_to": 3},
                      "sound": {"tokeniser": "waveform", "patch_samples": 100}}
        for combination in combinations():
            with self.subTest(combination=combination):
                model = switch_model(**options_of(combination, context=[], modalities=modalities))
                inputs, _ = switch_inputs(model.spec, 1)
                with Counted() as counted:
                    run(model, inputs, torch.ones(1, 4), ())
                self.assertEqual(counted.total, model.macs())


def features_of(model, count):
    inputs, _ = switch_inputs(model.spec, count)
    with torch.no_grad():
        features = model.features(inputs, torch.ones(count, 4))
    return FeatureSet(features, torch.ones(count, 4), [torch.arange(count) % 2, torch.randn(count, 2)],
                      torch.arange(count), (torch.arange(count) % 3).reshape(-1, 1))


class Validation(unittest.TestCase):
    def fails(self, message, **options):
        with self.assertRaisesRegex(TrainingError, message):
            FusionModel(switch_spec(), options)

    def test_misspelt_values_name_what_was_probably_meant(self):
        self.fails("fusion is 'botleneck'.*did you mean 'bottleneck'", fusion="botleneck")
        self.fails("unknown option 'fusion_layers' .did you mean 'fusion_layer'", fusion_layers=2)
        self.fails("modalities.a.patchsteps' .did you mean 'patch_steps'", modalities={"a": {"patchsteps": 2}})
        self.fails("context.behavior' .did you mean 'behaviour'", context=["behavior"])
        self.fails("weights is 'shared_attn'.*shared_attention", weights="shared_attn")

    def test_the_cut_must_leave_room_for_an_exchange(self):
        self.fails("within 0..2 for fusion bottleneck", fusion_layer=3)
        for fusion in ("joint", "cross", "perceiver", "pairwise"):
            FusionModel(switch_spec(), {"fusion": fusion, "fusion_layer": 3,
                                        "modalities": {"eye": {"tubelet": [1, 4, 4]}, "sound": {"patch": [4, 16],
                                                                                                "mels": 16}}})
            self.fails(f"within 0..3 for fusion {fusion}", fusion=fusion, fusion_layer=4)

    def test_groups_must_name_every_modality_once(self):
        self.fails("exactly once", weights="groups", share_groups=[["a", "c"], ["eye"]])
        self.fails("only read with weights: groups", share_groups=GROUPS)

    def test_a_reduction_needs_its_size_and_a_place_before_the_cut(self):
        self.fails("reduce_to must say", modalities={"a": {"reduce": "pool"}})
        self.fails("reduce_after is 3", modalities={"a": {"reduce": "pool", "reduce_to": 2, "reduce_after": 3}})


if __name__ == "__main__":
    unittest.main()
