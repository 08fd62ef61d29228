"""Which kind of model a configuration asks for."""

from .experts import ExpertModel
from .model import FusionModel


def build_model(spec, options):
    """An ExpertModel where the options have `experts`, a FusionModel otherwise."""
    return (ExpertModel if options.get("experts") is not None else FusionModel)(spec, options)
