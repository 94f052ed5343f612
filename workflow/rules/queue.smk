# What a run asks of a cluster's queue.

import asyncio
import sys

SECONDS_BETWEEN_QUESTIONS = 10


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


if workflow.is_main_process:
    ask_until_the_queue_answers()
