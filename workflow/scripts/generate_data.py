"""Draw the raw files of a synthetic study, with its planted truth in files of their own."""

from collections.abc import Sequence
from pathlib import Path

from ruralimpact import progress, stage
from ruralimpact.config.plugin_kinds import read_calibration
from ruralimpact.errors import ConfigError
from ruralimpact.plugins import GeneratedData, load_plugins


def generate_data(
    *,
    calibration: str,
    raw: Sequence[str],
    truth: Sequence[str],
    process: str,
    plugins: Sequence[str],
    seed: int,
    study: str,
) -> None:
    """Write the raw files and the truth.

    Parameters
    ----------
    calibration : path
        Parameters of the process.
    raw, truth : sequence of path
        Outputs: raw files under the names that the process gives them, and its truth.
    process : str
        Name of the generator.
    plugins : sequence of path
        Folders of plug-ins, one of which gives it.
    seed : int
    study : str
    """
    progress.begin(study, "generate_data")
    plugin, generator = load_plugins(".", plugins).generators[process]
    parameters = read_calibration(plugin, generator, Path(calibration))
    data: GeneratedData = plugin.function(generator.make)(parameters, seed)
    for path in raw:
        name = Path(path).name
        if name not in data.raw:
            problem = f"the process makes no file '{name}'; it makes {', '.join(data.raw)}."
            raise ConfigError(problem, key="generate.files")
        with stage.replacing(path) as partial:
            partial.write_bytes(data.raw[name])
    for path in truth:
        with stage.replacing(path) as partial:
            data.truth[Path(path).stem].to_parquet(partial, index=False)


if "snakemake" in globals():
    stage.run(generate_data, **stage.keywords(snakemake))
