# Units -> propensity, matches and weights, balance. No outcome is among the inputs: a test checks it.


rule design_comparisons:
    input:
        units=lambda w: samples(round_of(w), "units"),
    output:
        **tables_of("design_comparisons"),
        specifications="<resources>/{study}{round}/design/specifications.json",
    log:
        "<results>/{study}{round}/logs/design_comparisons.log",
    benchmark:
        "<results>/{study}{round}/benchmarks/design_comparisons.tsv"
    priority: BEFORE_EXHIBITS
    group:
        "{study}"
    conda:
        "../../environment.yml"
    params:
        code=code("design_comparisons"),
        study=lambda w: stage_view(round_of(w), "design"),
    script:
        "../scripts/design_comparisons.py"
