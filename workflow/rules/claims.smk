# What reports print -> the claims ledger: recomputed, and set beside the studies' estimates.

import csv

with open("data/published/claims.csv", encoding="utf-8", newline="") as file:
    NAMED = " ".join(row["computed_by"] for row in csv.DictReader(file))


rule write_claims:
    input:
        [done(study, "make_exhibits") for name, study in STUDIES.items() if f"{name}:" in NAMED],
        claims="data/published/claims.csv",
        checks="data/published/checks.csv",
        tables=sorted(glob("data/published/tables/*.csv")),
        template="workflow/report/claims.html.j2",
        # Only studies of this run: without them the ledger stands, and says that estimates are missing.
        findings=[
            f"results/{name}/exhibits/findings.json" for name in STUDIES if f"{name}:" in NAMED
        ],
        modules=modules("claims", "exhibits"),
    output:
        page=update("results/claims.html"),
        exhibits=update(
            [
                *(
                    f"results/claims/{name}.{suffix}"
                    for name in ("claims", "inconsistencies")
                    for suffix in ("csv", "tex", "html", "docx")
                ),
                "results/claims/published_against_estimated.png",
                "results/claims/published_against_estimated.svg",
            ]
        ),
    log:
        "results/claims/logs/write_claims.log",
    benchmark:
        "results/claims/benchmarks/write_claims.tsv"
    conda:
        "../../environment.yml"
    script:
        "../scripts/write_claims.py"
