# Estimates -> tables, figures and the numbers that a report may cite.

for study in STUDIES.values():
    folder = home(study)

    rule:
        name:
            f"make_exhibits_{study.name}"
        input:
            **tables_for(study),
            quality=surveys(study, "quality.json"),
            units=samples_of_rounds(study, "units"),
            outcomes=samples_of_rounds(study, "outcomes"),
            truth=truth(study),
        output:
            # Compared with the run before: a failure must not lose it.
            record=update(f"<results>/{study.name}/record.json"),
            findings=f"{folder}/exhibits/findings.json",
            exhibits=exhibits(study),
            documents=documents(study),
        log:
            f"<results>/{study.name}/logs/make_exhibits.log",
        benchmark:
            f"<results>/{study.name}/benchmarks/make_exhibits.tsv"
        priority: len(study.exhibits.tables + study.exhibits.figures)
        group:
            study.name
        conda:
            "../../environment.yml"
        params:
            code=plugin_code("make_exhibits", study, *methods_sources(study)),
            content=digests(PLUGIN_INPUTS[study.name]),
            study=plain(study),
            plugin_inputs=PLUGIN_INPUTS[study.name],
            plugins=PLUGINS.used_by(study).folders,
            samples=[name for block in ROUNDS[study.name].values() for name in block.samples],
        script:
            "../scripts/make_exhibits.py"
