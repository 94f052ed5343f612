# Designs and outcomes -> estimates, each with its group scores.

for study in EVERY_ROUND:
    folder = home(study)

    rule:
        name:
            f"estimate_impacts_{study['name']}{study['ending']}"
        input:
            done(study, "design_comparisons"),
            units=samples(study, "units"),
            outcomes=samples(study, "outcomes"),
            weights=f"{folder}/design/weights.parquet",
            pairs=f"{folder}/design/pairs.parquet",
            propensity=f"{folder}/design/propensity.parquet",
            designs=f"{folder}/design/designs.parquet",
            specifications=f"{folder}/design/specifications.json",
        output:
            touch(done(study, "estimate_impacts")),
            **tables_of(study, "estimate_impacts"),
            specification_lists=update(f"{folder}/estimates/specification_lists.json"),
        log:
            f"{folder}/logs/estimate_impacts.log",
        benchmark:
            f"{folder}/benchmarks/estimate_impacts.tsv"
        priority: BEFORE_EXHIBITS
        conda:
            "../../environment.yml"
        params:
            code=code("estimate_impacts"),
            seed=config["seed"],
            study=stage_view(study, "estimate"),
        script:
            "../scripts/estimate_impacts.py"
