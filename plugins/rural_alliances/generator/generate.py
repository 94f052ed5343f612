"""The hook of the stand-in: from its calibration to raw files and planted truth."""

from rural_alliances.generator.calibration import Calibration
from rural_alliances.generator.draw import draw_study
from rural_alliances.generator.raw_files import file_bytes, raw_tables
from ruralimpact.plugins import GeneratedData


def generate(calibration: Calibration, seed: int) -> GeneratedData:
    """Draw the raw files and the truth.

    Parameters
    ----------
    calibration : Calibration
    seed : int
    """
    draw = draw_study(calibration, seed)
    tables = raw_tables(draw, calibration, seed)
    return GeneratedData(
        raw={name: file_bytes(name, table) for name, table in tables.items()},
        truth={"effects": draw.effects, "products_without": draw.products_without},
    )
