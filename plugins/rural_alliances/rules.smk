# What reports print -> the claims ledger: recomputed, and set beside the studies' estimates.

import csv

TARGETS.extend(["results/claims.html", "<resources>/claims/written"])
CLAIMS = "data/published/claims.csv"
NAMED = ""
if os.path.exists(CLAIMS):
    with open(CLAIMS, encoding="utf-8", newline="") as file:
        NAMED = " ".join(row["computed_by"] for row in csv.DictReader(file))
PUBLISHED = {
    "claims": CLAIMS,
    "checks": "data/published/checks.csv",
    "cells": "data/published/cells.csv",
    "layouts": "data/published/layouts.yaml",
    "ratings": "data/published/ratings.csv",
    "printed_exhibits": "data/published/exhibits.csv",
}
PRINTED_TABLES = sorted(glob("data/published/tables/*.csv"))
# Those of the assessment report; it sets them, and layouts.yaml says how.
REPORT_TABLES = [Path(path).stem for path in PRINTED_TABLES if Path(path).stem.startswith("table_")]


rule write_claims:
    input:
        # Only studies of this run: without them the ledger stands, and says that estimates are missing.
        findings=[
            f"<resources>/{name}/exhibits/findings.json" for name in STUDIES if f"{name}:" in NAMED
        ],
    output:
        # Goes away with a failure, after which the files put back are not taken for new.
        touch("<resources>/claims/written"),
        page=update("results/claims.html"),
        exhibits=update(
            [
                *(
                    f"results/claims/{name}.{suffix}"
                    for name in (
                        *("claims", "inconsistencies", "ratings", "exhibits"),
                        *REPORT_TABLES,
                    )
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
        str(shipped("environment.yml"))
    params:
        **PUBLISHED,
        code=code_digest(
            Path(plugin.folder, "scripts", "write_claims.py"), *plugin_sources(plugin.folder)
        ),
        content=digests([*PUBLISHED.values(), *PRINTED_TABLES]),
        tables=PRINTED_TABLES,
    script:
        "scripts/write_claims.py"
