#!/bin/bash
# A sweep in sixteen shards as a job array, in a folder that all nodes share:
#   array=$(sbatch --parsable config/cluster/slurm-array.sh sweep.yaml)
#   sbatch --dependency="afterok:$array" --wrap 'npx cdnlab merge shard-* --out results'
#SBATCH --job-name=cdnlab-sweep
#SBATCH --array=0-15
#SBATCH --cpus-per-task=8
#SBATCH --mem=16G
#SBATCH --time=04:00:00
#SBATCH --requeue
#SBATCH --signal=B:TERM@60
set -u

scenario=${1:-sweep.yaml}
shards=$((SLURM_ARRAY_TASK_MAX + 1))

# In the background, so that the shell hears TERM a minute before the time is up and hands it on.
npx cdnlab sweep "$scenario" \
  --grid edge.policy=lru,sieve,s3-fifo --grid edge.capacity=1GiB,10GiB --grid seed=1..10 \
  --shard "$SLURM_ARRAY_TASK_ID/$shards" --out "shard-$SLURM_ARRAY_TASK_ID" \
  --workers "$SLURM_CPUS_PER_TASK" --max-memory "${SLURM_MEM_PER_NODE:-16000}MB" --no-progress --resume &
sweep=$!
trap 'kill -TERM "$sweep"' TERM
wait "$sweep"
status=$?
# A wait that TERM cut short is asked again: now for the sweep's own code.
if [ "$status" -gt 128 ]; then
  wait "$sweep"
  status=$?
fi

case $status in
  99) exit 0 ;; # a threshold was missed: the shard is whole, and the merge says it again
  130) scontrol requeue "$SLURM_JOB_ID" ;; # the time was up: the journal knows the rest
  *) exit "$status" ;;
esac
