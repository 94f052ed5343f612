"""What reproducible and ethical research is asked for."""

from ruralimpact.language import marked
from ruralimpact.package.checklist import Checklist, ChecklistAnswer
from ruralimpact.schema.study import Study

_KNOWN = (
    (
        marked("One script makes everything"),
        marked("run.py; no path has to be changed"),
    ),
    (
        marked("Raw files as they were delivered"),
        marked("project/data, with digests in manifest.json"),
    ),
    (
        marked("Software at pinned versions"),
        marked("software/requirements.lock, with hashes"),
    ),
    (
        marked("Each exhibit has a program and files"),
        "documentation/exhibits.csv",
    ),
    (
        marked("Variables are described"),
        marked("tables/codebook.csv; the study's codebook"),
    ),
    (
        marked("Results were made twice and are the same"),
        marked("see README.md, Run time"),
    ),
)
_FOR_THE_AUTHOR = (
    (marked("Ethics approval"), marked("board, number and date.")),
    (
        marked("Informed consent"),
        marked("how it was given, and what it says of sharing data."),
    ),
    (marked("Registration and plan of analysis"), marked("registry, number and date.")),
    (
        marked("Data are cited and may be shared"),
        marked("confirm the README's statement on data."),
    ),
    (
        marked("Identifiers were removed before data were shared"),
        marked("by whom, and when."),
    ),
    (marked("Funding and conflicts of interest"), marked("name them.")),
)


def reproducibility(study: Study) -> Checklist:
    """Return the checklist of reproducible and ethical research."""
    synthetic = (
        marked("the data are synthetic; every exhibit says so")
        if study.synthetic
        else marked("the data are not synthetic")
    )
    return Checklist(
        "reproducibility",
        marked("Reproducible and ethical research"),
        marked(
            "What DIME's research standards and the World Bank's checklist for reproducibility packages ask "
            "for."
        ),
        (
            *(ChecklistAnswer(asked, (line,)) for asked, line in _KNOWN),
            *(ChecklistAnswer(asked, open=left) for asked, left in _FOR_THE_AUTHOR),
            ChecklistAnswer(
                marked("Findings of simulated data are not called findings"), (synthetic,)
            ),
        ),
    )
