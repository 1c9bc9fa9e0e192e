#!/usr/bin/env bash
# A job, or a task of an array of jobs, that stages.sh submits: job.sh PROGRAM ARGUMENT…
set -euo pipefail

if [[ -n ${SLURM_ARRAY_TASK_ID:-} ]]; then
  set -- "$@" --shard "$SLURM_ARRAY_TASK_ID/$SLURM_ARRAY_TASK_COUNT"
fi
flags=()
((${SLURM_NTASKS:-1} == 1)) || flags+=(--mpi=pmix)
# As of version 22.05, srun does not go by what sbatch was told.
[[ -z ${SLURM_CPUS_PER_TASK:-} ]] || flags+=(--cpus-per-task="$SLURM_CPUS_PER_TASK")
code=0
srun "${flags[@]}" "$@" || code=$?
# Preempted, a training has saved its state and ended within the time of grace; Slurm takes such a job
# for finished.
((code != 143)) || scontrol requeue "$SLURM_JOB_ID"
# A process on a node that is lost takes the others along before Slurm knows: given time, it queues the
# job again.
if ((code != 0 && code != 143 && SLURM_JOB_NUM_NODES > 1)); then
  timeout=$(scontrol show config | sed -n 's/^SlurmdTimeout *= \([0-9]*\) sec.*/\1/p')
  sleep $((2 * timeout))
fi
exit "$code"
