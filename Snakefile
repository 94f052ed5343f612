"""Impact evaluations, from raw survey files to a report: one job a stage and study.

`make` runs this with plain progress; `snakemake --profile profiles/default` runs it bare.
"""

from snakemake.utils import min_version

min_version("9.0")


configfile: "config/config.yaml"


include: "workflow/rules/common.smk"
include: "workflow/rules/generate.smk"
include: "workflow/rules/ingest.smk"
include: "workflow/rules/construct.smk"
include: "workflow/rules/design.smk"
include: "workflow/rules/estimate.smk"
include: "workflow/rules/sensitivity.smk"
include: "workflow/rules/exhibit.smk"
include: "workflow/rules/report.smk"


# Rules of plug-ins: `plugin` is their own.
for plugin in PLUGINS.loaded:
    if os.path.exists(f"{plugin.folder}/rules.smk"):

        include: os.path.abspath(f"{plugin.folder}/rules.smk")


rule all:
    default_target: True
    input:
        [everything(study) for study in STUDIES.values()],
        TARGETS,


# `snakemake nsw` builds one study.
for study in STUDIES.values():

    rule:
        name:
            study["name"]
        input:
            everything(study),
