# Designs, outcomes and estimates -> how sensitive the matched estimates are.

for study in EVERY_ROUND:
    folder = home(study)

    rule:
        name:
            f"analyse_sensitivity_{study['name']}{study['ending']}"
        input:
            done(study, "estimate_impacts"),
            units=samples(study, "units"),
            outcomes=samples(study, "outcomes"),
            weights=f"{folder}/design/weights.parquet",
            estimates=f"{folder}/estimates/estimates.parquet",
            attrition_units=of_samples(study, attrition_samples(study), "units"),
            attrition_outcomes=of_samples(study, attrition_samples(study), "outcomes"),
        output:
            touch(done(study, "analyse_sensitivity")),
            **tables_of(study, "analyse_sensitivity"),
        log:
            f"{folder}/logs/analyse_sensitivity.log",
        benchmark:
            f"{folder}/benchmarks/analyse_sensitivity.tsv"
        priority: BEFORE_EXHIBITS
        conda:
            "../../environment.yml"
        params:
            code=code("analyse_sensitivity"),
            attrition_samples=attrition_samples(study),
            study=stage_view(study, "sensitivity"),
        script:
            "../scripts/analyse_sensitivity.py"
