# The stages come with the package ruralimpact; rules of your own may follow.
from ruralimpact.locations import shipped


include: str(shipped("workflow", "Snakefile"))


rule all:
    input:
        rules.all_studies.input,
