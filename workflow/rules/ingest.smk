# Raw file -> checked table with canonical names and units, one job a source.


rule ingest_source:
    input:
        lambda w: [path for path in files_of(source_of(w)) if path in generated(study_of(w))],
    output:
        survey="<resources>/{study}/survey/{source}.parquet",
        quality="<resources>/{study}/survey/{source}.quality.json",
    log:
        "<results>/{study}/logs/ingest_source_{source}.log",
    benchmark:
        "<results>/{study}/benchmarks/ingest_source_{source}.tsv"
    priority: BEFORE_EXHIBITS
    group:
        "{study}"
    conda:
        "../../environment.yml"
    params:
        code=code("ingest_source"),
        study="{study}",
        raw=lambda w: source_of(w).path,
        source=lambda w: plain(source_of(w), "label"),
        codebook=lambda w: codebook_path(Path("config/studies", w.study)).as_posix(),
        rows=lambda w: rows_about(study_of(w), w.source),
        keyed_by=lambda w: keyed_by(source_of(w)),
        earlier=lambda w: [
            {"source": plain(source, "label"), "rows": rows_about(study_of(w), source.name)}
            for source in sources_before(study_of(w), source_of(w))
        ],
        digests=lambda w: digests(delivered_files(study_of(w), source_of(w))),
    script:
        "../scripts/ingest_source.py"
