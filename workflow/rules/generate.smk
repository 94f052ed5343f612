# Calibration -> raw files of a synthetic study, and apart from them the truth that it was planted with.

for study in STUDIES.values():
    if study.generate is None:
        continue
    folder = f"results/{study.name}"
    calibration = f"config/studies/{study.name}/{study.generate.calibration}"

    rule:
        name:
            f"generate_data_{study.name}"
        output:
            # Study.yaml names them there; a failure leaves the earlier ones, and no truth, so that it runs again.
            raw=update(generated(study)),
            truth=truth(study),
        log:
            f"{folder}/logs/generate_data.log",
        benchmark:
            f"{folder}/benchmarks/generate_data.tsv"
        priority: BEFORE_EXHIBITS
        group:
            study.name
        conda:
            "../../environment.yml"
        params:
            code=plugin_code("generate_data", study),
            content=digests([calibration]),
            calibration=calibration,
            seed=config["seed"],
            study=study.name,
            process=study.generate.process,
            plugins=PLUGINS.used_by(study).folders,
        script:
            "../scripts/generate_data.py"
