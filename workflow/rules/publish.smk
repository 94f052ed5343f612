# What the stages have made of a study, once all of it is there -> its results.

from ruralimpact.publishing import whole

# A result that somebody deleted is put back: Snakemake knows of the report only. Nor does it make a file anew
# that a failed job lost while later ones are there.
for name, study in STUDIES.items():
    if not (complete(study) and whole(Path("resources", name), Path("results", name))):
        Path("resources", name, "published").unlink(missing_ok=True)


rule publish_results:
    input:
        outputs=lambda w: finished(study_of(w)),
    output:
        touch("<resources>/{study}/published"),
        # Put back if this fails; without the mark above it is not taken for new.
        report=update("<results>/{study}/report.html"),
    log:
        "<results>/{study}/logs/publish_results.log",
    group:
        "{study}"
    conda:
        "../../environment.yml"
    params:
        code=code("publish_results"),
    script:
        "../scripts/publish_results.py"
