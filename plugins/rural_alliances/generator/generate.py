"""The hook of the stand-in: from its calibration to raw files and planted truth."""

from collections.abc import Mapping
from typing import Any

from rural_alliances.generator.draw import draw_study
from rural_alliances.generator.parameters import parameter_values
from rural_alliances.generator.raw_files import file_bytes, raw_tables
from ruralimpact.plugins import GeneratedData


def generate(calibration: Mapping[str, Any], seed: int) -> GeneratedData:
    """Draw the raw files and the truth.

    Parameters
    ----------
    calibration : mapping
        Contents of ``calibration.yaml``, see `parameters.parameter_values`.
    seed : int
    """
    parameters = parameter_values(calibration)
    draw = draw_study(parameters, seed)
    tables = raw_tables(draw, parameters, seed)
    return GeneratedData(
        raw={name: file_bytes(name, table) for name, table in tables.items()},
        truth={"effects": draw.effects, "products_without": draw.products_without},
    )
