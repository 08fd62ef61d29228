"""The package's own error: a message that says what failed, on what, why, and what to do."""


class TrainingError(Exception):
    """An operating error (bad spec, bad window file, bad configuration). The command line prints it and exits 2."""
