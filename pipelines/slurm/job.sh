#!/usr/bin/env bash
# A job, or a task of an array of jobs, that stages.sh submits: job.sh PROGRAM ARGUMENT…
set -euo pipefail

if [[ -n ${SLURM_ARRAY_TASK_ID:-} ]]; then
  set -- "$@" --shard "$SLURM_ARRAY_TASK_ID/$SLURM_ARRAY_TASK_COUNT"
fi
code=0
srun "$@" || code=$?
# Preempted, a training has saved its state and ended within the time of grace; Slurm takes such a job
# for finished.
((code != 143)) || scontrol requeue "$SLURM_JOB_ID"
exit "$code"
