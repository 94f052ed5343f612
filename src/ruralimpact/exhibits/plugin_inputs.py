"""What plug-ins read for the exhibits of a study, beside its results."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from ruralimpact.exhibits.quantities import Quantity
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.language import speaking
from ruralimpact.plugins import Plugins


def with_plugin_inputs(
    results: StudyResults, plugins: Plugins, files: Sequence[str | Path]
) -> StudyResults:
    """Return results with what plug-ins read, and with what documents print of their quantities.

    Parameters
    ----------
    results : StudyResults
    plugins : Plugins
        Those that the study uses.
    files : sequence of path
        Inputs of all of them.
    """
    suppliers = [plugin for plugin in plugins.loaded if plugin.reads_for(results.study)]
    inputs: dict[str, Any] = {plugin.name: plugin.read(files) for plugin in suppliers}
    results = replace(results, plugin_inputs=inputs)
    printed: dict[Quantity, str] = {}
    statements: dict[str, list[tuple[str, str]]] = {}
    with speaking(results.study.language):
        for plugin in suppliers:
            if plugin.inputs and plugin.inputs.printed:
                printed |= plugin.function(plugin.inputs.printed)(results)
            if plugin.inputs and plugin.inputs.statements:
                statements |= plugin.function(plugin.inputs.statements)(results)
    return replace(results, printed=printed, statements=statements)
