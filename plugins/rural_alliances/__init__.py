"""What is about one document: the performance assessment of Bolivia's Rural Alliances Project.

It gives the synthetic stand-ins for the survey and the registers behind that document, a table that sets the
document's numbers beside a study's own, and the ledger of all its claims (``rules.smk``).
"""

from ruralimpact.plugins import ExhibitInputs, Generator, Plugin

PLUGIN = Plugin(
    generators={
        "bolivia": Generator(
            make="generator.generate:generate",
            calibration="generator.calibration:Calibration",
            truth=("effects", "products_without"),
        ),
        "alliance_registers": Generator(
            make="alliances.generate:generate",
            calibration="alliances.calibration:RegisterCalibration",
            truth=("values",),
        ),
        "alliance_lives": Generator(
            make="generator.alliance_lives:generate",
            calibration="generator.alliance_lives:Lives",
            truth=("planted",),
        ),
        "workshops": Generator(
            make="workshops.generate:generate",
            calibration="workshops.calibration:WorkshopCalibration",
            truth=("shares",),
        ),
    },
    exhibits={"published": "exhibits.published_table"},
    inputs=ExhibitInputs(
        kinds=("published", "truth"),
        files=(
            "data/published/claims.csv",
            "data/published/checks.csv",
            "data/published/tables/*.csv",
        ),
        read="claims.read:read_files",
        printed="exhibits.printed_numbers:printed_numbers",
        statements="exhibits.printed_numbers:claims_by_finding",
    ),
)
