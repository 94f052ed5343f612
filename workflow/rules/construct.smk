# Survey tables -> units (arms, groups, covariates) and, apart from them, outcomes.

for study in STUDIES.values():
    folder = f"results/{study['name']}"

    rule:
        name:
            f"construct_samples_{study['name']}"
        input:
            surveys=surveys(study, "parquet"),
            code=code("survey", "outcomes"),
            done=[
                done(study, f"ingest_source_{source['name']}")
                for source in study["sources"]
            ],
        output:
            units=update(samples(study, "units")),
            outcomes=update(samples(study, "outcomes")),
            exclusions=update(f"{folder}/analysis/exclusions.parquet"),
            done=touch(done(study, "construct_samples")),
        params:
            study=part(study, "design", "sources", "codebook")
            | {
                "variables": study["variables"],
                "samples": without(study["samples"], "label"),
                "outcomes": without(
                    study["outcomes"], "label", "unit", "family", "decimals"
                ),
            },
        log:
            f"{folder}/logs/construct_samples.log",
        benchmark:
            f"{folder}/benchmarks/construct_samples.tsv"
        script:
            "../scripts/construct_samples.py"
