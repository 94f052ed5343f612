# What a run asks of a cluster's queue.

import asyncio
import sys

from ruralimpact import progress
from snakemake.jobs import GroupJob

SECONDS_BETWEEN_QUESTIONS = 10
# How much longer each wait between two looks at the queue is than the last: about a tenth of the time waited so far.
GROWTH = 1.1


def ask_until_the_queue_answers():
    """Let the executor of Slurm ask again after a question without an answer.

    By itself it asks a few times at once, and then forgets the jobs: a run would wait without end after the queue
    was down for a moment.
    """
    slurm = sys.modules.get("snakemake_executor_plugin_slurm")
    if slurm is None:
        return
    ask = slurm.query_job_status

    async def ask_until_answered(command, logger):
        answer = await ask(command, logger)
        while answer[0] is None:
            await asyncio.sleep(SECONDS_BETWEEN_QUESTIONS)
            answer = await ask(command, logger)
        return answer

    slurm.query_job_status = ask_until_answered


def look_at_the_queue_as_long_as_it_takes():
    """Let the executor of Slurm wait between two looks in proportion to how long jobs take.

    By itself it waits ten seconds longer each time, which for jobs of a minute is as long as the jobs.
    """
    slurm = sys.modules.get("snakemake_executor_plugin_slurm")
    if slurm is None:
        return
    wait = slurm.Executor.next_seconds_between_status_checks

    def set_wait(executor, asked):
        wait.fset(executor, min(asked, wait.fget(executor) * GROWTH))

    slurm.Executor.next_seconds_between_status_checks = property(wait.fget, set_wait)


def send_no_mistake_again(kind, name_of):
    """Let jobs that stopped for a mistake of an input fail at once: more memory does not mend it."""
    times = kind.restart_times

    def restart_times(job):
        return 0 if name_of(job) in progress.refusals() else times.fget(job)

    kind.restart_times = property(restart_times)


if workflow.is_main_process:
    ask_until_the_queue_answers()
    look_at_the_queue_as_long_as_it_takes()
    send_no_mistake_again(GroupJob, lambda job: job.groupid)
