"""What a training shows while it runs: lines with the time left, log.csv, log.json and curves.png."""

import csv
import os
import time

from . import jsonfile
from .plot import line_chart

LINE_EVERY_S = 10.0


class Progress:
    """Prints to `log` (None: silent) and writes to `folder` (None: nowhere)."""

    def __init__(self, log, folder, epochs):
        self.log, self.folder, self.epochs = log, folder, epochs
        self.begin = self.last_line = time.monotonic()
        self.done_before = 0

    def resume(self, history):
        """Says that a training continues; the time left counts only this run's epochs."""
        self.done_before = len(history)
        self._say(f"continuing after epoch {len(history)} of {self.epochs}")

    def step(self, epoch, step, steps, loss):
        """A line every ten seconds within a long epoch."""
        now = time.monotonic()
        if now - self.last_line >= LINE_EVERY_S:
            self.last_line = now
            self._say(f"epoch {epoch + 1}/{self.epochs} step {step + 1}/{steps} loss {loss:.4f} "
                      f"{self._left(epoch + (step + 1) / steps)}")

    def epoch(self, history):
        """The epoch's line and the files."""
        self.last_line = time.monotonic()
        entry = history[-1]
        numbers = " ".join(f"{key} {value:.4g}" for key, value in entry.items() if key != "epoch")
        self._say(f"epoch {entry['epoch']}/{self.epochs} {numbers} {self._left(entry['epoch'])}")
        if self.folder:
            write_logs(self.folder, history)

    def _left(self, done):
        elapsed = time.monotonic() - self.begin
        seconds = elapsed / max(done - self.done_before, 1e-3) * (self.epochs - done)
        return f"ETA {int(seconds) // 60}m{int(seconds) % 60:02d}s"

    def _say(self, text):
        if self.log:
            self.log(text)


def write_logs(folder, history):
    """log.csv, log.json and curves.png from all epochs so far; each file is replaced as a whole."""
    os.makedirs(folder, exist_ok=True)
    columns = list(dict.fromkeys(key for entry in history for key in entry))
    path = os.path.join(folder, "log.csv")
    with open(path + ".new", "w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, columns)
        writer.writeheader()
        writer.writerows(history)
    os.replace(path + ".new", path)
    jsonfile.write(os.path.join(folder, "log.json"), history)
    curves = {name: [(entry["epoch"], entry[name]) for entry in history if name in entry]
              for name in columns if name not in ("epoch", "samples_per_s")}
    line_chart(os.path.join(folder, "curves.png"), curves, "epoch", "")
