"""A plug-in of a project: the example of the guide, word for word, in a folder elsewhere."""

import csv

from project import STUDY, Project, lay_plugin


def test_the_example_of_the_guide(project: Project) -> None:
    lay_plugin(project.root, STUDY)
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
    moved = {name for name in before if before[name] != made[name]}
    assert {name.split("/")[1] for name in moved} <= {
        "report.html",
        "report.docx",
        "brief.html",
        "tables.xlsx",
        "exhibits",
    }


def test_an_edited_plugin_reruns_what_uses_it(project: Project) -> None:
    lay_plugin(project.root, STUDY)
    assert project.run().returncode == 0
    module = project.root / "plugins" / "my_report" / "arms.py"
    module.write_text(module.read_text(encoding="utf-8") + "\n# edited\n", encoding="utf-8")
    assert project.planned() == {"make_exhibits", "write_report", "publish_results"}


def test_a_plugin_that_no_study_uses_reruns_nothing(project: Project) -> None:
    folder = project.root / "plugins" / "other"
    folder.mkdir(parents=True)
    text = "from ruralimpact.plugins import Plugin\n\nPLUGIN = Plugin()\n"
    (folder / "__init__.py").write_text(text, encoding="utf-8")
    project.edit_yaml("config.yaml", lambda content: content.update(plugins=["plugins/other"]))
    assert project.planned() == set()


def test_rules_of_a_plugin_are_part_of_a_run(project: Project) -> None:
    lay_plugin(project.root, STUDY)
    rule = """
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
    (project.root / "plugins" / "my_report" / "rules.smk").write_text(rule, encoding="utf-8")
    shown = project.run()
    assert shown.returncode == 0, shown.stderr
    made = project.results()
    assert made["arms_copied.csv"] == made[f"{STUDY}/exhibits/arms.csv"]


def test_a_plugin_that_is_not_there(project: Project) -> None:
    project.edit_yaml("config.yaml", lambda content: content.update(plugins=["plugins/gone"]))
    before = project.results()
    shown = project.run()
    assert shown.returncode == 1
    message = "error: file config/config.yaml, key 'plugins': there is no folder 'plugins/gone'.\n"
    assert shown.stderr == message
    assert project.results() == before
