# Survey tables -> units (arms, groups, covariates) and, apart from them, outcomes.

for study in STUDIES.values():
    folder = f"results/{study['name']}"

    rule:
        name:
            f"construct_samples_{study['name']}"
        input:
            [done(study, f"ingest_source_{source['name']}") for source in study["sources"]],
            surveys=surveys(study, "parquet"),
            modules=modules("survey", "outcomes"),
        output:
            touch(done(study, "construct_samples")),
            units=update(samples(study, "units")),
            outcomes=update(samples(study, "outcomes")),
            exclusions=update(f"{folder}/analysis/exclusions.parquet"),
        log:
            f"{folder}/logs/construct_samples.log",
        benchmark:
            f"{folder}/benchmarks/construct_samples.tsv"
        conda:
            "../../environment.yml"
        params:
            study=part(study, "design", "sources", "codebook", "prices")
            | {
                "variables": study["variables"],
                "samples": without(study["samples"], "label"),
                "outcomes": without(study["outcomes"], "label", "unit", "family", "decimals"),
            },
        script:
            "../scripts/construct_samples.py"
