# Estimates -> tables, figures and the numbers that a report may cite.

for study in STUDIES.values():
    folder = f"results/{study['name']}"

    rule:
        name:
            f"make_exhibits_{study['name']}"
        input:
            [done(block, "analyse_sensitivity") for block in ROUNDS[study["name"]]],
            **tables_for(study),
            quality=surveys(study, "quality.json"),
            units=[path for block in ROUNDS[study["name"]] for path in samples(block, "units")],
            outcomes=[
                path for block in ROUNDS[study["name"]] for path in samples(block, "outcomes")
            ],
            truth=truth(study),
            plugin_inputs=PLUGIN_INPUTS[study["name"]],
        output:
            touch(done(study, "make_exhibits")),
            record=update(f"{folder}/record.json"),
            findings=update(f"{folder}/exhibits/findings.json"),
            exhibits=update(exhibits(study)),
        log:
            f"{folder}/logs/make_exhibits.log",
        benchmark:
            f"{folder}/benchmarks/make_exhibits.tsv"
        priority: len(study["exhibits"]["tables"] + study["exhibits"]["figures"])
        conda:
            "../../environment.yml"
        params:
            code=plugin_code("make_exhibits", study),
            study=plain(study),
            plugins=PLUGINS.used_by(study).folders,
            samples=[name for block in ROUNDS[study["name"]] for name in block["samples"]],
        script:
            "../scripts/make_exhibits.py"
