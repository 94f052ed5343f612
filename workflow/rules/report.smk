# Exhibits -> one self-contained page.

for study in STUDIES.values():
    folder = f"results/{study['name']}"

    rule:
        name:
            f"write_report_{study['name']}"
        input:
            findings=f"{folder}/exhibits/findings.json",
            exhibits=exhibits(study),
            specifications=f"{folder}/design/specifications.json",
            quality=surveys(study, "quality.json"),
            code=code("exhibits") + glob("workflow/report/*"),
            done=done(study, "make_exhibits"),
        output:
            report=update(f"{folder}/report.html"),
            done=touch(done(study, "write_report")),
        params:
            folder=f"{folder}/exhibits",
            study={key: study[key] for key in study if key != "codebook"},
        log:
            f"{folder}/logs/write_report.log",
        benchmark:
            f"{folder}/benchmarks/write_report.tsv"
        script:
            "../scripts/write_report.py"
