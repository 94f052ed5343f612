# Estimates -> tables, figures and the numbers that a report may cite.

for study in STUDIES.values():
    folder = f"results/{study['name']}"

    rule:
        name:
            f"make_exhibits_{study['name']}"
        input:
            estimates=f"{folder}/estimates/estimates.parquet",
            scores=f"{folder}/estimates/scores.parquet",
            std_errors=f"{folder}/estimates/std_errors.parquet",
            weights=f"{folder}/design/weights.parquet",
            propensity=f"{folder}/design/propensity.parquet",
            balance=f"{folder}/design/balance.parquet",
            designs=f"{folder}/design/designs.parquet",
            exclusions=[
                f"{folder}/analysis/exclusions.parquet",
                f"{folder}/design/exclusions.parquet",
            ],
            quality=surveys(study, "quality.json"),
            code=code("exhibits"),
            done=done(study, "estimate_impacts"),
        output:
            findings=update(f"{folder}/exhibits/findings.json"),
            exhibits=update(exhibits(study)),
            done=touch(done(study, "make_exhibits")),
        params:
            folder=f"{folder}/exhibits",
            study={key: study[key] for key in study if key != "codebook"},
        log:
            f"{folder}/logs/make_exhibits.log",
        benchmark:
            f"{folder}/benchmarks/make_exhibits.tsv"
        script:
            "../scripts/make_exhibits.py"
