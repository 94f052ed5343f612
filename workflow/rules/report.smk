# Exhibits -> one self-contained page.

for study in STUDIES.values():
    folder = f"results/{study['name']}"

    rule:
        name:
            f"write_report_{study['name']}"
        input:
            done(study, "make_exhibits"),
            findings=f"{folder}/exhibits/findings.json",
            exhibits=exhibits(study),
            specification_lists=of_rounds(study, "estimates/specification_lists.json"),
        output:
            touch(done(study, "write_report")),
            report=update(f"{folder}/report.html"),
        log:
            f"{folder}/logs/write_report.log",
        benchmark:
            f"{folder}/benchmarks/write_report.tsv"
        conda:
            "../../environment.yml"
        params:
            plugins=PLUGINS.used_by(study).folders,
            code=plugin_code("write_report", study, shipped("workflow", "report", "report.html.j2")),
        script:
            "../scripts/write_report.py"
