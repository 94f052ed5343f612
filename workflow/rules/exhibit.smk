# Estimates -> tables, figures and the numbers that a report may cite.

for study in STUDIES.values():
    folder = f"results/{study['name']}"

    rule:
        name:
            f"make_exhibits_{study['name']}"
        input:
            done(study, "estimate_impacts"),
            done(study, "analyse_sensitivity"),
            estimates=f"{folder}/estimates/estimates.parquet",
            scores=f"{folder}/estimates/scores.parquet",
            std_errors=f"{folder}/estimates/std_errors.parquet",
            tests=f"{folder}/estimates/tests.parquet",
            subgroups=f"{folder}/estimates/subgroups.parquet",
            decomposition=f"{folder}/estimates/decomposition.parquet",
            associations=f"{folder}/estimates/associations.parquet",
            sensitivity=f"{folder}/estimates/sensitivity.parquet",
            leave_one_out=f"{folder}/estimates/leave_one_out.parquet",
            weights=f"{folder}/design/weights.parquet",
            propensity=f"{folder}/design/propensity.parquet",
            propensity_models=f"{folder}/design/propensity_models.parquet",
            balance=f"{folder}/design/balance.parquet",
            balance_summary=f"{folder}/design/balance_summary.parquet",
            designs=f"{folder}/design/designs.parquet",
            exclusions=[
                f"{folder}/analysis/exclusions.parquet",
                f"{folder}/design/exclusions.parquet",
            ],
            quality=surveys(study, "quality.json"),
            outcomes=samples(study, "outcomes"),
            truth=truth(study),
            modules=modules("design", "exhibits", "inference", "sensitivity"),
        output:
            touch(done(study, "make_exhibits")),
            findings=update(f"{folder}/exhibits/findings.json"),
            exhibits=update(exhibits(study)),
        log:
            f"{folder}/logs/make_exhibits.log",
        benchmark:
            f"{folder}/benchmarks/make_exhibits.tsv"
        conda:
            "../../environment.yml"
        params:
            study={key: study[key] for key in study if key != "codebook"},
        script:
            "../scripts/make_exhibits.py"
