# A cluster of two nodes of one core each, all on this machine, with nothing outside a folder of its
# own.

# start_cluster FOLDER: munge, controller and nodes.
start_cluster() {
  cluster=$1
  local host node
  host=$(hostname -s)
  mkdir -p "$cluster"/{munge,state,tmp.node1,tmp.node2}
  chmod 755 "$cluster" "$cluster/munge"
  # Settings that need neither control groups nor rights on a real cluster's folders; a node that does
  # not answer is given up after ten seconds.
  cat >"$cluster/slurm.conf" <<CONF
ClusterName=test
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=17817
AuthType=auth/munge
AuthInfo=socket=$cluster/munge/socket
SlurmUser=root
SlurmdUser=root
StateSaveLocation=$cluster/state
SlurmdSpoolDir=$cluster/spool.%n
TmpFS=$cluster/tmp.%n
SlurmctldPidFile=$cluster/slurmctld.pid
SlurmdPidFile=$cluster/slurmd.%n.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/linear
SwitchType=switch/none
MpiDefault=none
JobAcctGatherType=jobacct_gather/none
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
ReturnToService=2
SlurmdTimeout=10
KillWait=5
NodeName=node1 NodeHostname=$host NodeAddr=127.0.0.1 Port=17818 CPUs=1
NodeName=node2 NodeHostname=$host NodeAddr=127.0.0.1 Port=17819 CPUs=1
PartitionName=ordinary Nodes=node1,node2 Default=YES PriorityTier=1 GraceTime=60
PartitionName=urgent Nodes=node1,node2 PriorityTier=2
CONF
  export SLURM_CONF=$cluster/slurm.conf
  # A daemon that crashes shall leave nothing in the repository.
  ulimit -c 0
  (umask 077 && head -c 128 /dev/urandom >"$cluster/munge/key")
  declare -gA daemons=()
  start munged munged --foreground --force --key-file="$cluster/munge/key" \
    --socket="$cluster/munge/socket" --pid-file="$cluster/munge/pid" \
    --seed-file="$cluster/munge/seed" --log-file="$cluster/munge/log"
  wait_for test -S "$cluster/munge/socket"
  start slurmctld slurmctld -D -c
  for node in node1 node2; do bring_back "$node"; done
  wait_for nodes_are_idle
}

nodes_are_idle() { [[ $(sinfo --noheader --partition=ordinary --format="%D %T" 2>&1) == "2 idle" ]]; }

# start NAME COMMAND…: a daemon, whose name may be one that was lost.
start() {
  "${@:2}" >"$cluster/$1.log" 2>&1 &
  daemons[$1]=$!
}

bring_back() { start "$1" slurmd -D -N "$1"; }

# lose_node NAME: ends all that runs on it at once, as a loss of power does; it comes back as a new one.
lose_node() {
  local step process lost=("${daemons[$1]}")
  for step in $(our_steps); do
    for process in $(descendants "$step"); do
      ! has_in_environment "$process" "SLURMD_NODENAME=$1" || lost+=("$step" "$process")
    done
  done
  kill -KILL "${lost[@]}" 2>/dev/null || true
  wait "${daemons[$1]}" 2>/dev/null || true
  unset "daemons[$1]"
  rm -rf "$cluster/spool.$1" "$cluster/tmp.$1"
  mkdir "$cluster/tmp.$1"
}

stop_cluster() {
  local step
  for step in $(our_steps); do
    kill -KILL "$step" $(descendants "$step") 2>/dev/null || true
  done
  kill "${daemons[@]}" 2>/dev/null || true
  wait "${daemons[@]}" 2>/dev/null || true
}

# The processes that watch over the jobs of this cluster.
our_steps() {
  local step
  for step in $(pgrep -x slurmstepd || true); do
    ! has_in_environment "$step" "SLURM_CONF=$SLURM_CONF" || echo "$step"
  done
}

has_in_environment() { tr '\0' '\n' 2>/dev/null <"/proc/$1/environ" | grep -qx "$2"; }

descendants() {
  local child
  for child in $(pgrep -P "$1" || true); do echo "$child" && descendants "$child"; done
}

# wait_for COMMAND…: until it succeeds, as many seconds as there is patience for.
wait_for() {
  local deadline=$((SECONDS + patience))
  until "$@"; do
    ((SECONDS < deadline)) || { echo "error: waited in vain for: $*" >&2 && return 1; }
    sleep 0.2
  done
}
