"""Draw the raw files of a synthetic stand-in, with its planted truth in files of their own."""

from collections.abc import Sequence
from pathlib import Path

import yaml

from ruralimpact import progress, stage
from ruralimpact.errors import ConfigError
from ruralimpact.simulate.bolivia.draw import draw_study
from ruralimpact.simulate.bolivia.parameters import parameter_values
from ruralimpact.simulate.bolivia.raw_files import file_bytes, raw_tables


def generate_data(
    *, calibration: str, raw: Sequence[str], truth: Sequence[str], seed: int, study: str
) -> None:
    """Write the raw files and the truth.

    Parameters
    ----------
    calibration : path
        Parameters of the process.
    raw, truth : sequence of path
        Outputs: raw files under the names that the process gives them, and its truth.
    seed : int
    study : str
    """
    progress.begin(study, "generate_data")
    parameters = parameter_values(yaml.safe_load(Path(calibration).read_text(encoding="utf-8")))
    draw = draw_study(parameters, seed)
    tables = raw_tables(draw, parameters, seed)
    for path in raw:
        name = Path(path).name
        if name not in tables:
            problem = f"the process makes no file '{name}'; it makes {', '.join(tables)}."
            raise ConfigError(problem, key="generate.files")
        with stage.replacing(path) as partial:
            partial.write_bytes(file_bytes(name, tables[name]))
    for path in truth:
        frame = {"effects": draw.effects, "products_without": draw.products_without}[
            Path(path).stem
        ]
        with stage.replacing(path) as partial:
            frame.to_parquet(partial, index=False)


if "snakemake" in globals():
    stage.run(generate_data, **stage.keywords(snakemake))
