"""Look-ups shared by the rules; nothing here computes.

Rules are made in a loop over the studies, one job a stage and round of a study (a source, for ingest; all
rounds together, from exhibits on): samples and exhibits differ between studies, every job pays about two
seconds of imports, and a new wave makes a new round, so that what was computed before stays as it is.

Outputs are flagged `update`: a job that fails leaves the earlier results as they were. Snakemake would
then count the restored files as new, so each job also makes a `done` marker that goes away with a
failure; the markers are what `all` and the targets named like a study ask for.
"""

import sys
from glob import glob
from pathlib import Path
from shlex import quote
from subprocess import list2cmdline

from ruralimpact.config import load_studies
from ruralimpact.config.waves import rounds_of
from ruralimpact.contracts import result_tables, tables_for_exhibits
from ruralimpact.errors import RuralImpactError
from ruralimpact.locations import shipped
from ruralimpact.plugins import load_plugins
from ruralimpact.provenance import code_digest
from ruralimpact.schema.base import plain
from ruralimpact.schema.stages import stage_view
from snakemake.exceptions import WorkflowError

try:
    PLUGINS = load_plugins(".", config.get("plugins", []))
    STUDIES = {study["name"]: study for study in load_studies(".", config)}
    PLUGIN_INPUTS = {
        name: [path for plugin in PLUGINS.loaded for path in plugin.input_files(study)]
        for name, study in STUDIES.items()
    }
except RuralImpactError as error:
    raise WorkflowError(f"error: {error}") from None

# Stages of each round of a study (see `rounds_of`), and those that put all rounds together.
ROUND_STAGES = [
    "construct_samples",
    "design_comparisons",
    "estimate_impacts",
    "analyse_sensitivity",
]
STUDY_STAGES = ["make_exhibits", "write_report"]
ROUNDS = {name: list(rounds_of(study).values()) for name, study in STUDIES.items()}
EVERY_ROUND = [block for blocks in ROUNDS.values() for block in blocks]

# What exhibits wait for goes first; then the study with most exhibits, so that no core is idle at the end.
BEFORE_EXHIBITS = 1000

# Files beyond those of the studies that `all` asks for; the rules of plug-ins add theirs.
TARGETS = []

# Snakemake puts the path of the interpreter into a shell's line as it is, spaces and all.
if sys.executable == sys.executable.strip("'\""):
    sys.executable = list2cmdline([sys.executable]) if os.name == "nt" else quote(sys.executable)

# One thread a job, so that sums are taken in the same order on any machine.
for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"


def code(script, *others):
    """Digest of all that a stage computes with: a change of it re-runs the stage."""
    return code_digest(shipped("workflow", "scripts", f"{script}.py"), *others)


def plugin_code(script, study, *others):
    """The same for a stage that calls functions of the plug-ins that a study uses."""
    return code(script, *others, *plugin_sources(*PLUGINS.used_by(study).folders))


def home(study):
    """Folder of the results of a study, or of one of its rounds."""
    return f"results/{study['name']}{study.get('folder', '')}"


def done(study, rule_name):
    """Marker that a rule has succeeded since its outputs were last tried."""
    return f"{home(study)}/done/{rule_name}"


def of_rounds(study, table):
    """One table of every round of a study."""
    return [f"{home(block)}/{table}" for block in ROUNDS[study["name"]]]


def tables_of(study, stage):
    """Result tables that a stage makes in a round of a study, by name, as the registry has them."""
    return {name: update(f"{home(study)}/{path}") for name, path in result_tables(stage).items()}


def tables_for(study):
    """Result tables of all rounds of a study that exhibits may load, by name."""
    return {
        name: [path for one in paths for path in of_rounds(study, one)]
        for name, paths in tables_for_exhibits().items()
    }


def everything(study):
    """What a study is built for: its report, and the markers of all its stages."""
    return [
        f"results/{study['name']}/report.html",
        *(done(study, f"ingest_source_{source['name']}") for source in study["sources"]),
        *(done(block, stage) for block in ROUNDS[study["name"]] for stage in ROUND_STAGES),
        *(done(study, stage) for stage in STUDY_STAGES),
        *([done(study, "generate_data")] if "generate" in study else []),
    ]


def truth(study):
    """Files that hold what a synthetic study was planted with: for exhibits only, a test checks it."""
    if "generate" not in study:
        return []
    names = PLUGINS.generators[study["generate"]["process"]][1].truth
    return [f"results/{study['name']}/truth/{name}.parquet" for name in names]


def plugin_sources(*folders):
    """Source files of plug-ins: an edit re-runs the rules that use them."""
    patterns = ("*.py", "*.j2")
    return sorted(path for name in folders for one in patterns for path in Path(name).rglob(one))


def surveys(study, suffix):
    """Files that ingest makes, one a source that a study, or a round of it, knows."""
    folder = f"results/{study['name']}/survey"
    return [f"{folder}/{source['name']}.{suffix}" for source in study["sources"]]


def samples(study, table):
    """Units or outcomes of every sample of a round."""
    return [f"{home(study)}/analysis/{sample}/{table}.parquet" for sample in study["samples"]]


def attrition_samples(study):
    """Samples that the follow-ups of a round name, of this round or an earlier one."""
    keys = ("baseline", "followup", "compared")
    named = [entry[key] for entry in study.get("attrition", []) for key in keys if key in entry]
    return list(dict.fromkeys(named))


def of_samples(study, names, table):
    """Units or outcomes of some samples, whatever their round."""
    blocks = {name: block for block in ROUNDS[study["name"]] for name in block["samples"]}
    return [f"{home(blocks[name])}/analysis/{name}/{table}.parquet" for name in names]


def exhibits(study):
    """Every table and figure of a study, in every format."""
    folder = f"results/{study['name']}/exhibits"
    formats = {"tables": ["csv", "tex", "html", "docx"], "figures": ["png", "svg"]}
    return [
        f"{folder}/{exhibit['name']}.{suffix}"
        for kind, suffixes in formats.items()
        for exhibit in study["exhibits"].get(kind, [])
        for suffix in suffixes
    ]
