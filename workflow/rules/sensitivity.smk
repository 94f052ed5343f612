# Designs, outcomes and estimates -> how sensitive the matched estimates are.


rule analyse_sensitivity:
    input:
        units=lambda w: samples(round_of(w), "units"),
        outcomes=lambda w: samples(round_of(w), "outcomes"),
        weights="<resources>/{study}{round}/design/weights.parquet",
        estimates="<resources>/{study}{round}/estimates/estimates.parquet",
        attrition_units=lambda w: of_followups(round_of(w), "units"),
        attrition_outcomes=lambda w: of_followups(round_of(w), "outcomes"),
    output:
        **tables_of("analyse_sensitivity"),
    log:
        "<results>/{study}{round}/logs/analyse_sensitivity.log",
    benchmark:
        "<results>/{study}{round}/benchmarks/analyse_sensitivity.tsv"
    priority: BEFORE_EXHIBITS
    group:
        "{study}"
    conda:
        "../../environment.yml"
    params:
        code=code("analyse_sensitivity"),
        seed=config["seed"],
        attrition_samples=lambda w: attrition_samples(round_of(w)),
        study=lambda w: stage_view(round_of(w), "sensitivity"),
    script:
        "../scripts/analyse_sensitivity.py"
