# Survey tables -> units (arms, groups, covariates) and, apart from them, outcomes.

for study in EVERY_ROUND:
    folder = home(study)

    rule:
        name:
            f"construct_samples_{study['name']}{study['ending']}"
        input:
            [done(STUDIES[study["name"]], f"ingest_source_{s['name']}") for s in study["sources"]],
            surveys=surveys(study, "parquet"),
        output:
            touch(done(study, "construct_samples")),
            **tables_of(study, "construct_samples"),
            units=update(samples(study, "units")),
            outcomes=update(samples(study, "outcomes")),
        log:
            f"{folder}/logs/construct_samples.log",
        benchmark:
            f"{folder}/benchmarks/construct_samples.tsv"
        priority: BEFORE_EXHIBITS
        conda:
            "../../environment.yml"
        params:
            code=code("construct_samples"),
            study=stage_view(study, "construct"),
        script:
            "../scripts/construct_samples.py"
