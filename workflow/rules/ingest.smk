# Raw file -> checked table with canonical names and units, one job a source.

for study in STUDIES.values():
    for source in study["sources"]:
        stem = f"results/{study['name']}/survey/{source['name']}"
        job = f"ingest_source_{source['name']}"

        rule:
            name:
                f"ingest_source_{study['name']}_{source['name']}"
            input:
                [done(study, "generate_data")] if "generate" in study else [],
                raw=source["path"],
                others=source.other_files,
            output:
                touch(done(study, job)),
                survey=update(f"{stem}.parquet"),
                quality=update(f"{stem}.quality.json"),
            log:
                f"results/{study['name']}/logs/{job}.log",
            benchmark:
                f"results/{study['name']}/benchmarks/{job}.tsv"
            priority: BEFORE_EXHIBITS
            conda:
                "../../environment.yml"
            params:
                code=code("ingest_source"),
                study=study["name"],
                source=plain(source, "label"),
                codebook=f"config/studies/{study['name']}/codebook.csv",
                rows=[row for row in study["codebook"] if row["source"] in ("*", source["name"])],
            script:
                "../scripts/ingest_source.py"
