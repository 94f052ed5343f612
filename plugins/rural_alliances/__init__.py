"""What is about one document: the performance assessment of Bolivia's Rural Alliances Project.

It gives the synthetic stand-in for the survey behind that document, a table that sets the document's numbers
beside a study's own, and the ledger of all its claims (``rules.smk``).
"""

from ruralimpact.plugins import ExhibitInputs, ExhibitKind, Generator, Plugin

_CLAIMS = {
    "description": "Claims of `data/published/claims.csv`, by identifier, in this order (kind `published`).",
    "type": "array",
    "minItems": 1,
    "uniqueItems": True,
    "items": {"type": "string"},
}

PLUGIN = Plugin(
    generators={
        "bolivia": Generator(
            make="generator.generate:generate", truth=("effects", "products_without")
        )
    },
    tables={
        "published": ExhibitKind(
            build="exhibits.published_table:published_table",
            shown_with="truth",
            keys={"claims": _CLAIMS},
            required=("claims",),
        )
    },
    inputs=ExhibitInputs(
        kinds=("published", "truth"),
        files=(
            "data/published/claims.csv",
            "data/published/checks.csv",
            "data/published/tables/*.csv",
        ),
        read="claims.read:read_files",
        printed="exhibits.printed_numbers:printed_numbers",
    ),
)
