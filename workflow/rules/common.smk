"""Look-ups shared by the rules; nothing here computes.

A job is a stage of a study, or of a round of it (the samples that a survey wave completes), so that a new wave
makes new jobs and what was computed before stays as it is. Rules have the wildcards `{study}` and `{round}`,
empty for the first round, where the names of their outputs are the same for all studies. Where these are those
of a study's own samples, raw files or exhibits, a wildcard cannot stand for them, and the rule is made in a loop.

Stages write under `resources/`, and lose what they wrote when they fail; `publish_results` puts what is
finished into `results/`, which therefore always holds one whole run.
"""

import gc
import json
import sys
from glob import glob
from pathlib import Path
from shlex import quote
from subprocess import list2cmdline

from ruralimpact import progress
from ruralimpact.config import load_studies
from ruralimpact.config.waves import rounds_of
from ruralimpact.contracts import result_tables, tables_for_exhibits
from ruralimpact.errors import RuralImpactError
from ruralimpact.exhibits.methods_pages import methods_of
from ruralimpact.exhibits.registry import kinds_of
from ruralimpact.locations import shipped, shipped_page
from ruralimpact.plugins import load_plugins
from ruralimpact.privacy.keyed_ids import key_digest, project_key
from ruralimpact.provenance import code_digest
from ruralimpact.schema.base import plain
from ruralimpact.schema.stages import stage_view
from ruralimpact.survey.codebook_file import codebook_path
from ruralimpact.survey.file_digest import file_digest
from ruralimpact.survey.private_columns import has_private_ids
from snakemake.exceptions import WorkflowError

# What a plan is made of stays to its end: looking for what could be freed only takes time.
gc.set_threshold(200_000, 50, 50)

try:
    PLUGINS = load_plugins(".", config.get("plugins", []))
    KINDS = kinds_of(PLUGINS)
    STUDIES = {study.name: study for study in load_studies(".", config)}
    PLUGIN_INPUTS = {
        name: [path for plugin in PLUGINS.loaded for path in plugin.input_files(study)]
        for name, study in STUDIES.items()
    }
except RuralImpactError as error:
    raise WorkflowError(f"error: {error}") from None

# Rounds of each study, by what they add to the paths of its tables (nothing, for the first).
ROUNDS = {
    name: {block.folder: block for block in rounds_of(study).values()}
    for name, study in STUDIES.items()
}
EVERY_ROUND = [block for blocks in ROUNDS.values() for block in blocks.values()]

# Stages whose tables are of one round.
ROUND_STAGES = (
    "construct_samples",
    "design_comparisons",
    "estimate_impacts",
    "analyse_sensitivity",
)

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


# Files that people put in place are no inputs to Snakemake, which goes by dates: it would pass over another file
# with an older date, and refuse one of the future. They are parameters, with digests of their contents. Jobs,
# which are processes of their own that read this again, are handed the digests of when the run began.
DIGESTS = json.loads(os.environ.get("RURALIMPACT_DIGESTS", "{}"))


def digests(paths):
    """SHA-256 of files, as the run found them."""
    for path in paths:
        if path not in DIGESTS and os.path.isfile(path):
            DIGESTS[path] = file_digest(path)
    os.environ.update(RURALIMPACT_DIGESTS=json.dumps(DIGESTS))
    return {path: DIGESTS[path] for path in paths if path in DIGESTS}


wildcard_constraints:
    study="|".join(STUDIES),
    round="(/waves/[^/]+)?",


def study_of(wildcards):
    """The study of a job."""
    return STUDIES[wildcards.study]


def round_of(wildcards):
    """The round of a job: the study with the samples and analyses of that round only."""
    return ROUNDS[wildcards.study][wildcards.round]


def source_of(wildcards):
    """The source of a job."""
    return next(source for source in study_of(wildcards).sources if source.name == wildcards.source)


def rows_about(study, source):
    """Rows of the codebook that describe a source."""
    return [plain(row) for row in study.codebook if row.source in ("*", source)]


def sources_before(study, source):
    """Sources before one whose units its cells may name, or whose cells may name its units."""
    private = has_private_ids(source)
    before = study.sources[: study.sources.index(source)]
    return [other for other in before if private or has_private_ids(other)]


def files_of(source):
    """Files that a source is read from: its own, joined ones, tables of edits."""
    return [source.path, *source.other_files]


def generated(study):
    """Raw files that the run makes itself."""
    files = study.generate.files if study.generate is not None else []
    return [f"results/{study.name}/raw/{name}" for name in files]


def delivered_files(study, source):
    """Files that a source is read from and the run does not make."""
    return [path for path in files_of(source) if path not in generated(study)]


def home(study):
    """Folder of what the stages make of a study, or of one of its rounds."""
    return f"<resources>/{study.name}{study.folder}"


def of_rounds(study, table):
    """One table of every round of a study."""
    return [f"{home(block)}/{table}" for block in ROUNDS[study.name].values()]


def tables_of(stage, folder="<resources>/{study}{round}"):
    """Result tables that a stage makes in a round of a study, by name, as the registry has them."""
    return {name: f"{folder}/{path}" for name, path in result_tables(stage).items()}


def tables_for(study):
    """Result tables of all rounds of a study that exhibits may load, by name."""
    return {
        name: [path for one in paths for path in of_rounds(study, one)]
        for name, paths in tables_for_exhibits().items()
    }


def truth(study):
    """Files that hold what a synthetic study was planted with: for exhibits only, a test checks it."""
    if study.generate is None:
        return []
    names = PLUGINS.generators[study.generate.process][1].truth
    return [f"{home(STUDIES[study.name])}/truth/{name}.parquet" for name in names]


def plugin_sources(*folders):
    """Source files of plug-ins: an edit re-runs the rules that use them."""
    patterns = ("*.py", "*.j2", "*.po")
    return sorted(path for name in folders for one in patterns for path in Path(name).rglob(one))


def surveys(study, suffix):
    """Files that ingest makes, one a source that a study, or a round of it, knows."""
    folder = f"{home(STUDIES[study.name])}/survey"
    return [f"{folder}/{source.name}.{suffix}" for source in study.sources]


def samples(study, table):
    """Units or outcomes of every sample of a round."""
    return [f"{home(study)}/analysis/{sample}/{table}.parquet" for sample in study.samples]


def attrition_samples(study):
    """Samples that the follow-ups of a round name, of this round or an earlier one."""
    named = [
        name
        for entry in study.attrition
        for name in (entry.baseline, entry.followup, entry.compared)
        if name is not None
    ]
    return list(dict.fromkeys(named))


def of_followups(study, table):
    """Units or outcomes of the samples that the follow-ups of a round name, whatever their round."""
    blocks = {name: one for one in ROUNDS[study.name].values() for name in one.samples}
    names = attrition_samples(study)
    return [f"{home(blocks[name])}/analysis/{name}/{table}.parquet" for name in names]


def exhibits(study):
    """Every table and figure of a study, in every format."""
    folder = f"{home(study)}/exhibits"
    formats = (
        (study.exhibits.tables, ("csv", "tex", "html", "docx")),
        (study.exhibits.figures, ("png", "svg")),
    )
    return [
        f"{folder}/{exhibit.name}.{suffix}"
        for listed, suffixes in formats
        for exhibit in listed
        for suffix in suffixes
    ]


def documents(study):
    """What holds all tables or numbers of a study, and pages on how they are computed."""
    names = ["tables.xlsx", "report.docx", "report.pdf", "brief.pdf", "exhibits/findings.tex"]
    names += [f"methods/{page}.html" for page in methods_of(study.exhibits, KINDS)]
    return [f"{home(study)}/{name}" for name in names]


def methods_sources(study):
    """Pages of the documentation that come with the exhibits of a study."""
    pages = methods_of(study.exhibits, KINDS)
    return [shipped_page(study.language, "methods", f"{page}.md") for page in pages]


def keyed_by(source):
    """What tells the key of the source's identifiers from others; empty where they stay as they are."""
    return key_digest(project_key()) if has_private_ids(source) else ""


def samples_of_rounds(study, table):
    """Units or outcomes of every sample of a study, in the order of its rounds."""
    return [path for block in ROUNDS[study.name].values() for path in samples(block, table)]


def finished(study):
    """Every file that is published of a study."""
    tables = [path for stage in ROUND_STAGES for path in result_tables(stage).values()]
    of_each_round = [*tables, "design/specifications.json"]
    return [
        *surveys(study, "parquet"),
        *surveys(study, "quality.json"),
        *samples_of_rounds(study, "units"),
        *samples_of_rounds(study, "outcomes"),
        *(path for table in of_each_round for path in of_rounds(study, table)),
        f"{home(study)}/exhibits/findings.json",
        *exhibits(study),
        *documents(study),
        f"{home(study)}/report.html",
        f"{home(study)}/brief.html",
        *truth(study),
    ]


def complete(study):
    """Whether every file that is published of a study was made; those of a failed job are deleted."""
    return all(os.path.exists(path.replace("<resources>", "resources")) for path in finished(study))
