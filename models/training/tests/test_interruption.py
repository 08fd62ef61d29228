"""Interrupted, distributed and faulty trainings."""

import csv
import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

import torch
from support import PACKAGE_ROOT, run_cli, synthetic_files

from edgefusion_training import checkpoint
from edgefusion_training.config import load_config
from edgefusion_training.data import check_labels, make_features
from edgefusion_training.distributed import Processes
from edgefusion_training.errors import TrainingError
from edgefusion_training.metrics import predict
from edgefusion_training.model import FusionModel
from edgefusion_training.run import load_run, run_crossvalidate, run_train
from edgefusion_training.synthetic import synthetic_windows
from edgefusion_training.train import train

ENVIRONMENT = {**os.environ, "PYTHONPATH": PACKAGE_ROOT, "OMP_NUM_THREADS": "1"}


class Killed(Exception):
    """Stands for the moment at which a process disappears."""


def killing(text):
    """A log that ends the process with the line of the third epoch: before its checkpoint, after the second's."""
    if text.startswith("epoch 3/"):
        raise Killed()


class TemporaryFolder(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def path(self, *names):
        return os.path.join(self.folder, *names)


class Interruption(TemporaryFolder):
    def setUp(self):
        super().setUp()
        # Everything that draws random numbers is on: the curve must not depend on it.
        path, _ = synthetic_files(self.folder, model={"drop_path": 0.2, "dropout": 0.1},
                                  augment={"mixup": 0.3, "token_keep": 0.8, "noise": {"force": 0.2},
                                           "stale_ms": {"force": 200}, "corrupt": {"camera": 0.5}})
        self.config, self.spec = load_config(path)
        self.windows = synthetic_windows("redundant", 400, 1)

    def test_a_training_killed_between_checkpoints_resumes_to_the_same_curve_and_the_same_bits(self):
        whole, _ = run_train(self.spec, self.config, self.windows, self.path("whole"), lambda text: None)
        with self.assertRaises(Killed):
            run_train(self.spec, self.config, self.windows, self.path("killed"), killing)
        self.assertTrue(os.path.exists(self.path("killed", checkpoint.FILE)))
        lines = []
        resumed, _ = run_train(self.spec, self.config, self.windows, self.path("killed"), lines.append)

        self.assertIn("continuing after epoch 2 of 4", lines)
        for name, value in whole.state_dict().items():
            self.assertTrue(torch.equal(value, resumed.state_dict()[name]), name)
        one, two = (self.curve(name) for name in ("whole", "killed"))
        self.assertEqual(one, two)
        self.assertEqual(4, len(one))
        self.assertFalse(os.path.exists(self.path("killed", checkpoint.FILE)))

    def curve(self, run):
        with open(self.path(run, "log.csv"), encoding="utf-8", newline="") as stream:
            rows = [{key: value for key, value in row.items() if key != "samples_per_s"}
                    for row in csv.DictReader(stream)]
        with open(self.path(run, "log.json"), encoding="utf-8") as stream:
            self.assertEqual(len(rows), len(json.load(stream)))
        with open(self.path(run, "curves.png"), "rb") as stream:
            self.assertEqual(b"\x89PNG\r\n\x1a\n", stream.read(8))
        return rows

    def test_a_checkpoint_of_another_configuration_is_not_continued(self):
        with self.assertRaises(Killed):
            run_train(self.spec, self.config, self.windows, self.path("run"), killing)
        other = {**self.config, "training": {**self.config["training"], "learning_rate": 1e-4}}
        with self.assertRaisesRegex(TrainingError, "another configuration.*--restart"):
            run_train(self.spec, other, self.windows, self.path("run"), lambda text: None)
        elsewhere = {**self.config, "training": {**self.config["training"], "device": "cpu"}}
        run_train(self.spec, elsewhere, self.windows, self.path("run"), lambda text: None)

    def test_a_damaged_checkpoint_is_named(self):
        os.makedirs(self.path("run"))
        with open(self.path("run", checkpoint.FILE), "wb") as stream:
            stream.write(b"PK cut off")
        with self.assertRaisesRegex(TrainingError, "checkpoint.pt.*delete it"):
            run_train(self.spec, self.config, self.windows, self.path("run"), lambda text: None)

    def test_a_cross_validation_goes_on_with_the_fold_that_was_interrupted(self):
        lines = []

        def in_the_second_fold(text):
            lines.append(text)
            if text.startswith("epoch 3/") and any(line.startswith("fold 0:") for line in lines):
                raise Killed()

        with self.assertRaises(Killed):
            run_crossvalidate(self.spec, self.config, self.windows, self.path("cross"), in_the_second_fold)
        lines.clear()
        run_crossvalidate(self.spec, self.config, self.windows, self.path("cross"), lines.append)
        self.assertEqual(["fold 0: already done", "continuing after epoch 2 of 4"], lines[:2])


class OtherProcesses(TemporaryFolder):
    def setUp(self):
        super().setUp()
        # Randomness inside the model differs between processes by design; all other randomness does not.
        self.config, self.windows = synthetic_files(self.folder, 300, model={"drop_path": 0.0},
                                                    augment={"noise": {"force": 0.2}})

    def command(self, run, *launcher):
        return [sys.executable, *launcher, "-m", "edgefusion_training", "train", "--config", self.config, "--windows",
                self.windows, "--run", self.path(run)]

    def weights(self, run):
        return load_run(self.path(run))[0].state_dict()

    def test_kill_9_in_the_third_epoch_changes_nothing(self):
        subprocess.run(self.command("whole"), env=ENVIRONMENT, check=True, stdout=subprocess.DEVNULL)
        with subprocess.Popen(self.command("killed"), env=ENVIRONMENT, stdout=subprocess.PIPE, text=True) as process:
            for line in process.stdout:
                if line.startswith("epoch 3/"):
                    process.kill()
                    break
        self.assertFalse(os.path.exists(self.path("killed", "model.pt")))
        subprocess.run(self.command("killed"), env=ENVIRONMENT, check=True, stdout=subprocess.DEVNULL)
        whole, killed = self.weights("whole"), self.weights("killed")
        for name, value in whole.items():
            self.assertTrue(torch.equal(value, killed[name]), name)

    def test_two_processes_give_the_result_of_one(self):
        subprocess.run(self.command("one"), env=ENVIRONMENT, check=True, stdout=subprocess.DEVNULL)
        # Under Python 3.11, PyTorch 1.13's launcher cannot read 0, its own default, for these two; 1 is standard
        # output.
        launcher = ("-m", "torch.distributed.run", "--nproc_per_node=2", "--master_addr=127.0.0.1",
                    f"--master_port={free_port()}", "--redirects=1", "--tee=1", "--log_dir", self.path("logs"))
        done = subprocess.run(self.command("two", *launcher), env=ENVIRONMENT, capture_output=True, text=True)
        self.assertEqual(0, done.returncode, done.stderr)
        self.assertEqual(1, done.stdout.count("epoch 4/4"), done.stdout)
        # Weights without effect, the keys' biases, follow rounding errors that Adam blows up: answers are compared.
        (one, losses), (two, others) = self.answers("one"), self.answers("two")
        self.assertLess(float((one - two).abs().max()), 5e-3)
        for a, b in zip(losses, others):
            self.assertAlmostEqual(a, b, places=4)

    def answers(self, run):
        """Logits for fresh windows, and the training's losses."""
        model = load_run(self.path(run))[0]
        data = make_features(model, synthetic_windows("redundant", 100, 9))
        with open(self.path(run, "log.json"), encoding="utf-8") as stream:
            losses = [entry["loss"] for entry in json.load(stream)]
        return predict(model, data, data.avail)[0][0], losses


def free_port():
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Faults(TemporaryFolder):
    def setUp(self):
        super().setUp()
        path, _ = synthetic_files(self.folder)
        self.config, self.spec = load_config(path)

    def fails(self, message, windows, config=None):
        with self.assertRaisesRegex(TrainingError, message):
            run_train(self.spec, config or self.config, windows, self.path("run"), lambda text: None)

    def test_a_head_without_labels_or_with_one_class_is_named(self):
        windows = synthetic_windows("redundant", 200, 1)
        windows.labels["bit"][:] = -1
        self.fails("no training window has a label for head 'bit'", windows)
        windows.labels["bit"][:] = 1
        self.fails("head 'bit' has only the class '1'", windows)

    def test_an_empty_split_and_a_file_without_windows_are_named(self):
        windows = synthetic_windows("redundant", 200, 1)
        with self.assertRaisesRegex(TrainingError, "training split is empty"):
            check_labels(self.spec, make_features(FusionModel(self.spec, {}), windows).subset([]), "training")
        with self.assertRaisesRegex(TrainingError, "there are no windows"):
            make_features(FusionModel(self.spec, {}), windows.subset([]))
        windows.group[:] = 0
        self.fails("1 groups cannot be split into 4 folds", windows)

    def test_a_loss_that_is_not_a_number_ends_the_training_with_advice(self):
        config = {**self.config, "training": {**self.config["training"], "learning_rate": 1e30, "warmup": 0.0}}
        self.fails("loss is not a number in epoch .*lower training.learning_rate", synthetic_windows("xor", 200, 1),
                   config)

    def test_a_misspelt_augmentation_or_modality_is_named(self):
        config = {**self.config, "augment": {**self.config["augment"], "noise": {"forse": 0.1}}}
        self.fails("augment.noise.forse' .did you mean 'force'", synthetic_windows("xor", 200, 1), config)

    def test_weights_of_another_model_are_refused(self):
        with self.assertRaisesRegex(TrainingError, "none of the given weights fit"):
            train(self.spec, self.config, synthetic_windows("xor", 100, 1), range(100), [], 0, lambda text: None,
                  start={"encoders.0.cls": torch.zeros(1, 1, 7)})

    def test_the_command_line_says_what_is_wrong_in_one_line(self):
        config, windows = self.path("config.json"), self.path("windows.npz")
        for changes, message in ((["--set", "model.fusion=jiont"], "did you mean 'joint'"),
                                 (["--set", "model.fussion=late"], "did you mean 'model.fusion'|did you mean 'fusion'"),
                                 (["--device", "cuda"], "no GPU"),
                                 (["--init", self.path("nothing")], "holds neither")):
            if "cuda" in changes and torch.cuda.is_available():
                continue
            code, _, err = run_cli("train", "--config", config, "--windows", windows, "--run", self.path("x"), *changes)
            self.assertEqual(2, code)
            self.assertEqual(1, err.count("\n"))
            self.assertRegex(err, message)

    def test_alone_a_process_is_the_first_and_only_one(self):
        self.assertEqual((True, 1), (Processes().first, Processes().count))

    def tearDown(self):
        shutil.rmtree(self.path("run"), ignore_errors=True)


if __name__ == "__main__":
    unittest.main()
