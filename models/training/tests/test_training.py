"""Augmentation, losses and calibration."""

import unittest

import torch
from support import tiny_model, tiny_spec

from edgefusion_training.augment import Augmenter
from edgefusion_training.calibrate import average_calibration, calibrate, fit_readout, read_calibration
from edgefusion_training.config import fill_config
from edgefusion_training.data import FeatureSet
from edgefusion_training.errors import TrainingError
from edgefusion_training.metrics import calibration_error, evaluate, predict, table
from edgefusion_training.loss import total_loss
from edgefusion_training.readout import MeanReadout
from edgefusion_training.train import fit
from edgefusion_training.trainer import set_rate


def quiet(_):
    """Training log of the tests."""


def two_head_spec():
    spec = tiny_spec(("a", "b"), classes=2)
    raw = dict(spec.raw)
    raw["heads"] = [raw["heads"][0], {"name": "other", "kind": "classification", "tensor": "logits_other",
                                      "labels": ["x", "y", "z"]}]
    from edgefusion_training.spec import parse_spec
    return parse_spec(raw)


def marked(count=64):
    """Window i carries its number in both sensors; labels follow from the number."""
    number = torch.arange(count, dtype=torch.float32)
    features = [number.reshape(-1, 1, 1).expand(-1, 4, 3).clone() for _ in range(2)]
    labels = [torch.arange(count) % 2, torch.arange(count) % 3]
    return FeatureSet(features, torch.ones(count, 2), labels, torch.arange(count))


class Augmentation(unittest.TestCase):
    def setUp(self):
        torch.manual_seed(0)
        self.spec = two_head_spec()
        self.model = tiny_model(self.spec)
        self.fronts = [encoder.frontend for encoder in self.model.encoders]

    def batch(self, options, progress=0.0, data=None):
        augmenter = Augmenter(self.spec, options, torch.Generator().manual_seed(0))
        return augmenter.batch(data or marked(), torch.arange(64), progress, self.fronts)

    def test_recombination_moves_each_label_with_its_sensor(self):
        features, _, targets, _, _ = self.batch({"modality_dropout": 0.0, "recombine": [
            {"modalities": ["a"], "heads": ["kind"]}, {"modalities": ["b"], "heads": ["other"]}]})
        a, b = features[0][:, 0, 0].long(), features[1][:, 0, 0].long()

        self.assertTrue(torch.equal(a % 2, targets[0].argmax(dim=1)))
        self.assertTrue(torch.equal(b % 3, targets[1].argmax(dim=1)))
        self.assertGreater(int((a != b).sum()), 50)

    def test_mixup_mixes_labels_by_the_same_share_as_the_sensors(self):
        data = marked()
        data.features[0] = (data.labels[0] * 1.0).reshape(-1, 1, 1).expand(-1, 4, 3)  # sensor a shows the first label
        features, _, targets, _, _ = self.batch({"mixup": 0.5, "modality_dropout": 0.0}, data=data)

        self.assertTrue(torch.allclose(features[0][:, 0, 0], targets[0][:, 1], atol=1e-6))
        self.assertTrue(torch.allclose(targets[0].sum(dim=1), torch.ones(64)))

    def test_modality_dropout_starts_late_and_never_takes_the_last_sensor(self):
        data = marked()
        data.avail[:32, 1] = 0.0
        options = {"modality_dropout": 0.9, "modality_dropout_from": 0.5}

        self.assertTrue(torch.equal(data.avail, self.batch(options, 0.49, data)[1]))
        dropped = self.batch(options, 0.5, data)[1]
        self.assertEqual(1.0, float(dropped.sum(dim=1).min()))
        self.assertEqual(0.0, float(dropped[:32, 1].max()))
        self.assertLess(float(dropped.sum()), 80.0)

    def test_a_window_without_label_contributes_no_loss(self):
        data = marked()
        data.labels[1][:] = -1
        features, avail, targets, _, _ = self.batch({"mixup": 0.4}, data=data)
        outputs = self.model.fuse(features, avail)
        options = fill_config({})["training"]
        loss = total_loss(self.spec, outputs, avail, targets, options)
        outputs["logits_other"] = outputs["logits_other"] * 100.0

        self.assertEqual(0.0, float(targets[1].sum()))
        self.assertEqual(float(loss), float(total_loss(self.spec, outputs, avail, targets, options)))

    def test_recombination_must_name_every_sensor_and_head_once(self):
        with self.assertRaisesRegex(TrainingError, "exactly once"):
            self.batch({"recombine": [{"modalities": ["a"], "heads": ["kind", "other"]}]})


class Optimisation(unittest.TestCase):
    def test_the_rate_warms_up_and_ends_near_zero(self):
        optimiser = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
        rates = []
        for step in range(100):
            set_rate(optimiser, {"learning_rate": 2.0, "warmup": 0.1}, step, 100)
            rates.append(optimiser.param_groups[0]["lr"])

        self.assertAlmostEqual(0.2, rates[0])
        self.assertAlmostEqual(2.0, max(rates), places=2)
        self.assertLess(rates[-1], 0.01)


def synthetic(count, seed):
    """Three sensors of unit noise, a prototype of the label, the same for all of them, in half of the steps."""
    random = torch.Generator().manual_seed(seed)
    label = torch.randint(0, 2, (count,), generator=random)
    prototypes = torch.randn(3, 2, 8, generator=torch.Generator().manual_seed(77))
    features = []
    for sensor in range(3):
        x = torch.randn(count, 4, 8, generator=random)
        x[:, :2] += 1.2 * prototypes[sensor, label].unsqueeze(1)
        features.append(x)
    return FeatureSet(features, torch.ones(count, 3), [label], torch.arange(count))


class Calibration(unittest.TestCase):
    """What calibration does to a trained model; test_acceptance.py has the exchange test itself."""

    @staticmethod
    def trained(epochs, dropout=0.0, **options):
        spec = tiny_spec(("a", "b", "c"), classes=2, steps=4, width=8)
        model = tiny_model(spec, layers=3, drop_path=0.0, **options)
        config = fill_config({"training": {"epochs": epochs, "batch": 64, "learning_rate": 5e-3, "ema": 0.98,
                                           "label_smoothing": 0.0},
                              "augment": {"modality_dropout": dropout}})
        torch.manual_seed(0)
        fit(model, config, synthetic(4000, 1), None, 0, quiet)
        return model, evaluate(model, synthetic(2000, 2))["accuracy"]

    def test_a_redundant_label_survives_the_loss_of_sensors_and_calibration_keeps_it(self):
        model, measured = self.trained(2, 0.3)
        data = synthetic(500, 3)
        before = predict(model, data, data.avail)[0][0].argmax(dim=1)
        calibrate(model, data)
        after = predict(model, data, data.avail)[0][0].argmax(dim=1)

        self.assertGreater(measured["all"]["kind"], 0.98)
        for name in ("a", "b", "c"):
            self.assertGreater(measured[f"only {name}"]["kind"], 0.85)
        self.assertGreater(float((before == after).float().mean()), 0.97)
        found = read_calibration(model)
        average_calibration(model, [found, found])
        self.assertLess(float((torch.tensor(found["kind"]["temperature"]) - model.readouts["kind"].temperature).abs()
                              .max()), 1e-5)
        self.assertIn("| without b |", table(evaluate(model, data), ["kind"]))

    def test_every_subset_of_sensors_gets_a_temperature_of_its_own(self):
        # Two sensors with independent evidence of one bit, both three times as sure as they may be. Alone they want a
        # third; together their mean holds half of what they know, and wants two thirds.
        torch.manual_seed(0)
        count = 20000
        labels = torch.randint(2, (count,))
        evidence = (2.0 * labels - 1.0).unsqueeze(1) + torch.randn(count, 2) * 1.2
        odds = evidence * 2.0 / 1.2 ** 2
        unimodal = 3.0 * torch.stack([torch.zeros_like(odds), odds], dim=2)
        subset = torch.randint(3, (count,))
        avail = torch.tensor([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])[subset]
        readout = MeanReadout(2, 4, 0, 2)

        def answers():
            return readout(None, unimodal, avail, None, None, ())

        fit_readout(readout, answers(), unimodal, avail, labels, torch.ones(2))
        for number, expected in enumerate((1 / 3, 1 / 3, 2 / 3)):
            self.assertAlmostEqual(expected, float(readout.temperature[number + 1]), delta=0.05)
            chosen = subset == number
            self.assertLess(calibration_error(answers()[chosen], labels[chosen]), 0.02)
        self.assertEqual(readout.temperature[[1, 2]].tolist(), readout.alone().flatten().tolist())


if __name__ == "__main__":
    unittest.main()
