# Raw file -> checked table with canonical names and units, one job a source.

for study in STUDIES.values():
    for source in study["sources"]:
        stem = f"results/{study['name']}/survey/{source['name']}"
        job = f"ingest_source_{source['name']}"

        rule:
            name:
                f"ingest_source_{study['name']}_{source['name']}"
            input:
                raw=source["path"],
                code=code("survey"),
            output:
                survey=update(f"{stem}.parquet"),
                quality=update(f"{stem}.quality.json"),
                done=touch(done(study, job)),
            params:
                source={k: v for k, v in source.items() if k != "label"},
                codebook=[
                    row
                    for row in study["codebook"]
                    if row["source"] in ("*", source["name"])
                ],
            log:
                f"results/{study['name']}/logs/{job}.log",
            benchmark:
                f"results/{study['name']}/benchmarks/{job}.tsv"
            script:
                "../scripts/ingest_source.py"
