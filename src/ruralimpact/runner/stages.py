"""The stages of a study in plain words, and how far a run has come through them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ruralimpact.config.waves import rounds_of
from ruralimpact.language import gettext, marked
from ruralimpact.runner.messages import (
    JobFailed,
    JobFinished,
    JobStarted,
    Message,
    Plan,
    RunFailed,
    StageStep,
    StudyRefused,
    SubmissionFailed,
    SubmissionStarted,
    SubmissionTold,
)
from ruralimpact.schema.study import Study

STAGES = {
    "generate_data": marked("Making the raw files of the stand-in"),
    "ingest_source": marked("Reading the survey files"),
    "construct_samples": marked("Building the analysis samples"),
    "design_comparisons": marked("Matching {units}"),
    "estimate_impacts": marked("Estimating impacts"),
    "analyse_sensitivity": marked("Testing how far the estimates can be trusted"),
    "make_exhibits": marked("Drawing tables and figures"),
    "write_report": marked("Writing the report"),
}
# Rules that are part of a stage, and not worth a word of their own.
_PARTS = {"publish_results": "write_report"}
# Study and stage of a job; None for one that belongs to no study.
_StudyAndStage = tuple[str, str] | None
# Only studies whose raw files are simulated have the first stage.
_USUAL = tuple(stage for stage in STAGES if stage != "generate_data")


@dataclass
class StudyProgress:
    """How far one study has come.

    Attributes
    ----------
    name, title : str
    units : str
        What the study calls its units, in the plural.
    planned, finished : dict of str to int
        Jobs of each stage that this run has to do, and has done.
    stages : tuple of str
        The stages that the study has, in order.
    stage : str
        The stage now at work; empty before the first.
    inside : tuple of (int, int, str)
        Parts done, parts in all and label, as the stage itself reports them.
    failed : list of str
        Log files of jobs that failed.
    submitted : bool
        Whether its jobs are sent to a cluster together.
    lost : list of str
        The cluster's logs of submissions that failed.
    said : str
        What the executor said of the last of them.
    refused : bool
        Whether a mistake of its input stopped it.
    """

    name: str
    title: str
    units: str = "units"
    stages: tuple[str, ...] = _USUAL
    planned: dict[str, int] = field(default_factory=dict)
    finished: dict[str, int] = field(default_factory=dict)
    stage: str = ""
    inside: tuple[int, int, str] = (0, 0, "")
    failed: list[str] = field(default_factory=list)
    submitted: bool = False
    lost: list[str] = field(default_factory=list)
    said: str = ""
    refused: bool = False

    @property
    def step(self) -> int:
        """Number of the stage now at work, from 1."""
        return self.stages.index(self.stage) + 1 if self.stage else 0

    @property
    def complete(self) -> bool:
        """Whether everything planned is done."""
        return self.finished == self.planned

    @property
    def fraction(self) -> float:
        """Share of the stages that are done, for a bar."""
        if self.complete:
            return 1.0
        done, total, _ = self.inside
        share = done / total if total else 0.0
        return (max(self.step - 1, 0) + min(share, 1.0)) / len(self.stages)

    def words(self, stage: str) -> str:
        """Say in words what a stage does."""
        return gettext(STAGES[stage]).format(units=self.units)

    def describe(self) -> str:
        """Say in words where the study is."""
        step = {"step": self.step, "steps": len(self.stages)}
        if self.failed and self.submitted:  # another may follow
            return gettext("a try on the cluster failed")
        if self.failed:
            return gettext("stopped at step {step} of {steps}: {stage}").format(
                **step, stage=self.words(self.stage)
            )
        if self.complete:
            return gettext("finished") if self.planned else gettext("up to date")
        if not self.stage:
            return gettext("sent to the cluster") if self.submitted else gettext("waiting")
        text = gettext("step {step} of {steps}: {stage}").format(
            **step, stage=self.words(self.stage)
        )
        done, total, label = self.inside
        if total > 1 or label:
            parts = gettext("{done} of {total}").format(done=done, total=total)
            text += f" ({parts}{': ' + label if label else ''})"
        return text


class RunProgress:
    """Events of a run, gathered by study.

    Parameters
    ----------
    studies : sequence of Study
        As `ruralimpact.config.load_studies` returns them.
    """

    def __init__(self, studies: Sequence[Study]) -> None:
        self.studies = {
            study.name: StudyProgress(
                study.name,
                study.title,
                study.unit_label,
                _USUAL if study.generate is None else tuple(STAGES),
            )
            for study in studies
        }
        self.errors: list[str] = []
        self._planned = False
        self._jobs: dict[int, _StudyAndStage] = {}
        # Rules made for one study each, see workflow/rules/common.smk.
        self._rules = {
            f"{stage}_{study.name}{block.ending}": (study.name, stage)
            for study in studies
            for stage in STAGES
            for block in rounds_of(study).values()
        }

    @property
    def any_planned(self) -> bool:
        """Whether this run has anything to do."""
        return any(study.planned for study in self.studies.values())

    @property
    def refused(self) -> bool:
        """Whether mistakes of the input, and nothing else, stopped the studies that stopped."""
        stopped = [study for study in self.studies.values() if study.failed]
        return bool(stopped) and all(study.refused for study in stopped)

    def take(self, message: Message) -> None:
        """Take in what the run tells of itself."""
        match message:
            case Plan(jobs):
                self._take_plan(jobs)
            case StageStep():
                self._step(message)
            case JobStarted(job, rule, wildcards, logs):
                self._start(job, self._study_and_stage(rule, wildcards), logs)
            case JobFinished(job):
                self._finish(self._jobs.get(job))
            case JobFailed(job, logs):
                self._fail(self._jobs.get(job), logs)
            case SubmissionStarted(name) if name in self.studies:
                self.studies[name].submitted, self.studies[name].lost = True, []
            case SubmissionFailed(name, logs) if name in self.studies:
                self.studies[name].lost += logs
            case SubmissionTold(name, said) if name in self.studies:
                self.studies[name].said = said
            case StudyRefused(name) if name in self.studies:
                self.studies[name].refused = True
            case RunFailed(text):
                self.errors.append(text)

    def _step(self, step: StageStep) -> None:
        study = self.studies.get(step.study)
        if study is None:
            return
        if study.submitted:  # Snakemake says nothing of jobs inside a submission
            study.stage = step.stage
        if study.stage == step.stage:
            study.inside = (step.done, step.total, step.label)

    def _take_plan(self, jobs: Sequence[tuple[str, Mapping[str, str]]]) -> None:
        self._planned = True
        for study in self.studies.values():
            study.planned.clear()
        for rule, wildcards in jobs:
            self._plan(self._study_and_stage(rule, wildcards))

    def _study_and_stage(self, rule: str, wildcards: Mapping[str, str]) -> _StudyAndStage:
        """Return the study and stage of a job; None for what belongs to no study."""
        if wildcards.get("study") in self.studies:
            stage = _PARTS.get(rule, rule)
            return (wildcards["study"], stage) if stage in STAGES else None
        return self._rules.get(rule)

    def _plan(self, of: _StudyAndStage) -> None:
        if of:
            name, stage = of
            planned = self.studies[name].planned
            planned[stage] = planned.get(stage, 0) + 1

    def _start(self, job: int, of: _StudyAndStage, logs: Sequence[str]) -> None:
        self._jobs[job] = of
        if not self._planned:  # no plan: a dry run, or a project with an `onstart` of its own
            self._plan(of)
        if of:
            name, stage = of
            study = self.studies[name]
            study.failed = [log for log in study.failed if log not in logs]  # another try
            if study.stage != stage and not study.submitted:  # whose jobs are all told at once
                study.stage = stage
                study.inside = (0, study.planned.get(stage, 1), "")

    def _finish(self, of: _StudyAndStage) -> None:
        if of:
            name, stage = of
            study = self.studies[name]
            study.finished[stage] = study.finished.get(stage, 0) + 1
            if study.stage == stage and study.planned.get(stage, 1) > 1:
                study.inside = (study.finished[stage], study.planned[stage], "")

    def _fail(self, of: _StudyAndStage, logs: Sequence[str]) -> None:
        if of:
            name, stage = of
            if not self.studies[name].submitted:
                self.studies[name].stage = stage
            self.studies[name].failed += list(logs)
