# Designs and outcomes -> estimates, each with its group scores.


rule estimate_impacts:
    input:
        units=lambda w: samples(round_of(w), "units"),
        outcomes=lambda w: samples(round_of(w), "outcomes"),
        weights="<resources>/{study}{round}/design/weights.parquet",
        pairs="<resources>/{study}{round}/design/pairs.parquet",
        propensity="<resources>/{study}{round}/design/propensity.parquet",
        designs="<resources>/{study}{round}/design/designs.parquet",
        specifications="<resources>/{study}{round}/design/specifications.json",
    output:
        **tables_of("estimate_impacts"),
        # Holds every list that was ever estimated: a failure must not lose it.
        specification_lists=update("<results>/{study}{round}/estimates/specification_lists.json"),
    log:
        "<results>/{study}{round}/logs/estimate_impacts.log",
    benchmark:
        "<results>/{study}{round}/benchmarks/estimate_impacts.tsv"
    priority: BEFORE_EXHIBITS
    group:
        "{study}"
    conda:
        "../../environment.yml"
    params:
        code=code("estimate_impacts"),
        seed=config["seed"],
        study=lambda w: stage_view(round_of(w), "estimate"),
    script:
        "../scripts/estimate_impacts.py"
