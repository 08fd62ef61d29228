"""The exchange test: synergy needs fusion, redundancy survives the loss of sensors. Known truth, no real data.

The short profile trains less and asserts less; EDGEFUSION_LONG_TESTS=1 asserts the full numbers over three seeds.
"""

import unittest

import torch
from support import LONG

from edgefusion_training.config import fill_config
from edgefusion_training.data import fit_normalisation, make_features
from edgefusion_training.metrics import accuracy, conditions, predict
from edgefusion_training.model import FusionModel
from edgefusion_training.synthetic import synthetic_spec, synthetic_windows
from edgefusion_training.train import fit

SEEDS = (0, 1, 2) if LONG else (0,)
STEPS = 1200 if LONG else 250
TESTED = 4000 if LONG else 1000
CHANCE = 0.03 if LONG else 0.05  # two standard deviations of the mean of so many coins, and a little
XOR_CONDITIONS = ("all", "without camera", "without microphone", "without force")
UNIQUE_CONDITIONS = ("without camera", "only microphone", "without microphone")
NEUTRAL = {"drop_path": 0.0, "width": 32, "attention_heads": 2, "layers": 4, "bottleneck_tokens": 2}


def trained(kind, steps, seed, dropout=0.0, names=None, **options):
    """Accuracy under the named conditions (all of them by default) on fresh windows after `steps` steps of 64."""
    spec, per_epoch = synthetic_spec(), steps * 64 // 5
    torch.manual_seed(seed)
    model = FusionModel(spec, {**NEUTRAL, "readout": "mean_logits", **options})
    data = make_features(model, synthetic_windows(kind, 24000, 1000 + seed))
    fit_normalisation(model, data)
    config = fill_config({
        "training": {"epochs": 5, "samples_per_epoch": per_epoch, "batch": 64,
                     "learning_rate": 2e-3, "ema": 0.98, "label_smoothing": 0.0},
        "augment": {"modality_dropout": dropout}})
    fit(model, config, data, None, seed, lambda text: None)
    fresh = make_features(model, synthetic_windows(kind, TESTED, 1))
    return {name: accuracy(predict(model, fresh, mask)[0][0], fresh.labels[0])
            for name, mask in conditions(model, fresh.avail).items() if names is None or name in names}


class Synergy(unittest.TestCase):
    def test_microphone_xor_force_is_learned_through_the_bottleneck_only(self):
        for seed in SEEDS:
            found = trained("xor", STEPS, seed, 0.0, XOR_CONDITIONS, fusion_layer=2)
            print(f"xor, seed {seed}: {found}") if LONG else None
            self.assertGreaterEqual(found["all"], 0.95 if LONG else 0.90)
            self.assertGreaterEqual(found["without camera"], 0.94 if LONG else 0.85)
            for name in ("without microphone", "without force"):
                self.assertLess(abs(found[name] - 0.5), CHANCE, name)

    def test_late_fusion_with_averaged_logits_cannot_learn_it(self):
        found = trained("xor", STEPS if LONG else 100, 0, 0.0, ("all",), fusion="late")
        self.assertLess(abs(found["all"] - 0.5), CHANCE)


class Redundancy(unittest.TestCase):
    def test_a_redundant_label_survives_with_any_single_sensor(self):
        for seed in SEEDS:
            found = trained("redundant", STEPS if LONG else 100, seed, 0.3, fusion_layer=2)
            print(f"redundant, seed {seed}: {found}") if LONG else None
            self.assertGreaterEqual(found["all"], 0.99)
            self.assertEqual(9, len(found))
            for name, value in found.items():
                self.assertGreaterEqual(value, 0.85, name)


class Uniqueness(unittest.TestCase):
    def test_a_label_of_one_sensor_depends_on_that_sensor_alone(self):
        found = trained("unique", STEPS if LONG else 100, 0, 0.0, UNIQUE_CONDITIONS, fusion_layer=2)
        self.assertGreaterEqual(found["without camera"], 0.90)
        self.assertGreaterEqual(found["only microphone"], 0.85)
        self.assertLess(abs(found["without microphone"] - 0.5), CHANCE)


if __name__ == "__main__":
    unittest.main()
