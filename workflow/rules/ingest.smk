# Raw file -> checked table with canonical names and units, one job a source.


rule ingest_source:
    input:
        raw=lambda w: source_of(w)["path"],
        others=lambda w: source_of(w).other_files,
    output:
        survey="<resources>/{study}/survey/{source}.parquet",
        quality="<resources>/{study}/survey/{source}.quality.json",
    log:
        "<results>/{study}/logs/ingest_source_{source}.log",
    benchmark:
        "<results>/{study}/benchmarks/ingest_source_{source}.tsv"
    priority: BEFORE_EXHIBITS
    conda:
        "../../environment.yml"
    params:
        code=code("ingest_source"),
        study="{study}",
        source=lambda w: plain(source_of(w), "label"),
        codebook="config/studies/{study}/codebook.csv",
        rows=lambda w: [row for row in study_of(w)["codebook"] if row["source"] in ("*", w.source)],
    script:
        "../scripts/ingest_source.py"
