# Units -> propensity, matches and weights, balance. No outcome is among the inputs: a test checks it.

for study in EVERY_ROUND:
    folder = home(study)

    rule:
        name:
            f"design_comparisons_{study['name']}{study['ending']}"
        input:
            done(study, "construct_samples"),
            units=samples(study, "units"),
        output:
            touch(done(study, "design_comparisons")),
            **tables_of(study, "design_comparisons"),
            specifications=update(f"{folder}/design/specifications.json"),
        log:
            f"{folder}/logs/design_comparisons.log",
        benchmark:
            f"{folder}/benchmarks/design_comparisons.tsv"
        priority: BEFORE_EXHIBITS
        conda:
            "../../environment.yml"
        params:
            code=code("design_comparisons"),
            study=stage_view(study, "design"),
        script:
            "../scripts/design_comparisons.py"
