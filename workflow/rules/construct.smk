# Survey tables -> units (arms, groups, covariates) and, apart from them, outcomes.

for study in EVERY_ROUND:
    folder = home(study)

    rule:
        name:
            f"construct_samples_{study.name}{study.ending}"
        input:
            surveys=surveys(study, "parquet"),
        output:
            **tables_of("construct_samples", folder),
            units=samples(study, "units"),
            outcomes=samples(study, "outcomes"),
        log:
            f"<results>/{study.name}{study.folder}/logs/construct_samples.log",
        benchmark:
            f"<results>/{study.name}{study.folder}/benchmarks/construct_samples.tsv"
        priority: BEFORE_EXHIBITS
        group:
            study.name
        conda:
            "../../environment.yml"
        params:
            code=code("construct_samples"),
            study=stage_view(study, "construct"),
        script:
            "../scripts/construct_samples.py"
