# How jobs start. `ruralimpact run` has them forked; plain Snakemake, and Windows, start a fresh Python.

from contextlib import nullcontext
from subprocess import CalledProcessError

from ruralimpact.runner.forked_jobs import ForkedJobs, can_fork
from snakemake.benchmark import benchmarked
from snakemake.jobs import GroupJob
from snakemake.script import PythonScript


def prepare_local_jobs():
    """Let jobs of this machine start without delay."""
    # The limit of jobs a second is for clusters. For its sake Snakemake looks at all waiting jobs again a second
    # after each time that it has, ever more often.
    workflow.scheduler.job_rate_limiter = None
    if progress.is_shown() and can_fork():
        fork_scripts()


def fork_scripts():
    """Let Snakemake's scripts in Python that need no environment of their own run in forked processes."""
    forked, fresh = ForkedJobs(), PythonScript.execute_script

    def execute_script(job, path, edit=False):
        if edit or job.conda_env or job.container_img or job.env_modules:
            return fresh(job, path, edit=edit)
        try:
            started = forked.start(path)
        except (OSError, EOFError):
            return fresh(job, path, edit=edit)
        record = job.bench_record
        with nullcontext() if record is None else benchmarked(started.pid, record):
            status = forked.exit_status(started)
        used = started.usage()
        if record is not None and used is not None:
            # Snakemake looks twice a second, later twice a minute: it misses peaks, and short jobs altogether.
            record.cpu_time, record.max_rss = used.cpu_seconds, used.peak_mb
        if status:
            raise CalledProcessError(status, path)

    PythonScript.execute_script = execute_script


def tell_why_submissions_fail():
    """Record what the executor says of a submission, which Snakemake keeps to itself where it is a group."""
    log_error = GroupJob.log_error

    def log_error_and_tell(job, msg=None, **told):
        progress.submission_failed(job.groupid, msg)
        log_error(job, msg, **told)

    GroupJob.log_error = log_error_and_tell


if workflow.is_main_process:
    tell_why_submissions_fail()


# A submission to a cluster runs the jobs of a study, and has no start of a run.
if workflow.remote_exec and progress.is_shown() and can_fork():
    fork_scripts()
