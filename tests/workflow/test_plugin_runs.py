"""A plug-in of a project: the example of the guide, word for word, in a folder elsewhere."""

import csv

from project import STUDY, Project, lay_plugin

# What a plug-in's own file of rules may add.
RULES = """
TARGETS.append("results/arms_copied.csv")


rule copy_arms:
    input:
        f"<resources>/{next(iter(STUDIES))}/exhibits/arms.csv",
    output:
        "results/arms_copied.csv",
    params:
        code=code_digest(*plugin_sources(plugin.folder)),
    shell:
        "cp {input[0]} {output}"
"""


def test_the_example_of_the_guide_with_rules_of_its_own(project: Project) -> None:
    lay_plugin(project.root, STUDY)
    plugin = project.root / "plugins" / "my_report"
    (plugin / "rules.smk").write_text(RULES, encoding="utf-8")
    before = project.results()
    shown = project.run()
    assert shown.returncode == 0, shown.stderr
    made = project.results()
    with (project.root / "results" / STUDY / "exhibits" / "arms.csv").open("r") as file:
        experiment, matched = csv.DictReader(file)
    # The experiment of Dehejia and Wahba has 185 participants and 260 controls; the survey 429 households.
    assert (experiment["n_treated"], experiment["n_control"]) == ("185", "260")
    assert matched["n_treated"] == "185"
    assert 0 < int(matched["n_control"]) <= 429
    assert "Units compared in each analysis" in made[f"{STUDY}/report.html"].decode()
    assert made["arms_copied.csv"] == made[f"{STUDY}/exhibits/arms.csv"]
    moved = {name for name in before if before[name] != made[name]}
    assert {name.split("/")[1] for name in moved} <= {
        "report.html",
        "report.docx",
        "report.pdf",
        "brief.html",
        "brief.pdf",
        "tables.xlsx",
        "exhibits",
    }
    module = plugin / "arms.py"
    module.write_text(module.read_text(encoding="utf-8") + "\n# edited\n", encoding="utf-8")
    reruns = {"make_exhibits", "write_report", "publish_results", "copy_arms"}
    assert project.planned() == reruns, "an edited plug-in makes anew what uses it"


def test_a_plugin_that_is_not_there(project: Project) -> None:
    project.edit_yaml("config.yaml", lambda content: content.update(plugins=["plugins/gone"]))
    before = project.results()
    shown = project.run()
    assert shown.returncode == 1
    message = "error: file config/config.yaml, key 'plugins': there is no folder 'plugins/gone'.\n"
    assert shown.stderr == message
    assert project.results() == before
