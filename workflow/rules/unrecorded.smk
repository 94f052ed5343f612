# Which outputs are made again that Snakemake by itself would keep.

from pathlib import Path

from snakemake.jobs import Job


def make_unrecorded_outputs_again():
    """Let jobs run whose outputs are there without Snakemake's record of what they were made from.

    A copy of a project without its hidden folder `.snakemake` has none, and Snakemake compares only what it has:
    it would keep the numbers of another configuration, or of other data. Rules outside of this package and its
    plug-ins, those of a larger workflow, stay as they are to Snakemake.
    """
    own = [
        os.path.abspath(shipped("workflow")),
        *(os.path.abspath(plugin.folder) for plugin in PLUGINS.loaded),
    ]
    outputs_of_older_code = Job.outputs_older_than_script_or_notebook

    async def outputs_of_other_code(job):
        if any(Path(job.rule.snakefile).is_relative_to(folder) for folder in own):
            if not job.dag.workflow.persistence.has_metadata(job):
                for path in job.output:
                    yield path
        async for path in outputs_of_older_code(job):
            yield path

    Job.outputs_older_than_script_or_notebook = outputs_of_other_code


# Where one job is run by itself, its inputs are those of this run.
if workflow.is_main_process:
    make_unrecorded_outputs_again()
