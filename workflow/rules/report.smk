# Exhibits -> the report and the brief, each a self-contained page.


PAGE_PARTS = sorted(shipped("workflow", "report").iterdir())


rule write_report:
    input:
        findings="<resources>/{study}/exhibits/findings.json",
        exhibits=lambda w: exhibits(study_of(w)),
        specification_lists=lambda w: expand(
            rules.estimate_impacts.output.specification_lists, study=w.study, round=ROUNDS[w.study]
        ),
    output:
        report="<resources>/{study}/report.html",
        brief="<resources>/{study}/brief.html",
    log:
        "<results>/{study}/logs/write_report.log",
    benchmark:
        "<results>/{study}/benchmarks/write_report.tsv"
    group:
        "{study}"
    conda:
        "../../environment.yml"
    params:
        plugins=lambda w: PLUGINS.used_by(study_of(w)).folders,
        code=lambda w: plugin_code("write_report", study_of(w), *PAGE_PARTS),
    script:
        "../scripts/write_report.py"
