# Estimates -> tables, figures and the numbers that a report may cite.

for study in STUDIES.values():
    folder = f"results/{study['name']}"

    rule:
        name:
            f"make_exhibits_{study['name']}"
        input:
            [done(block, "analyse_sensitivity") for block in ROUNDS[study["name"]]],
            estimates=of_rounds(study, "estimates/estimates.parquet"),
            scores=of_rounds(study, "estimates/scores.parquet"),
            std_errors=of_rounds(study, "estimates/std_errors.parquet"),
            tests=of_rounds(study, "estimates/tests.parquet"),
            subgroups=of_rounds(study, "estimates/subgroups.parquet"),
            decomposition=of_rounds(study, "estimates/decomposition.parquet"),
            associations=of_rounds(study, "estimates/associations.parquet"),
            dynamics=of_rounds(study, "estimates/dynamics.parquet"),
            pre_trends=of_rounds(study, "estimates/pre_trends.parquet"),
            comparisons=of_rounds(study, "estimates/comparisons.parquet"),
            parallel_trends=of_rounds(study, "estimates/parallel_trends.parquet"),
            sensitivity=of_rounds(study, "estimates/sensitivity.parquet"),
            leave_one_out=of_rounds(study, "estimates/leave_one_out.parquet"),
            power=of_rounds(study, "estimates/power.parquet"),
            attrition=of_rounds(study, "estimates/attrition.parquet"),
            attrition_bounds=of_rounds(study, "estimates/attrition_bounds.parquet"),
            weights=of_rounds(study, "design/weights.parquet"),
            propensity=of_rounds(study, "design/propensity.parquet"),
            propensity_models=of_rounds(study, "design/propensity_models.parquet"),
            balance=of_rounds(study, "design/balance.parquet"),
            balance_summary=of_rounds(study, "design/balance_summary.parquet"),
            designs=of_rounds(study, "design/designs.parquet"),
            exclusions=of_rounds(study, "analysis/exclusions.parquet")
            + of_rounds(study, "design/exclusions.parquet"),
            contamination=of_rounds(study, "analysis/contamination.parquet"),
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
