#!/usr/bin/env bash
# Measures how the worker starts, rests and comes back: deploy/figures.sh [PACKAGE.deb | PROGRAM]
# Runs the simulated work cell on the CPU with a broker of its own, on this machine only. A service manager is played by
# this script: READY by the datagram of sd_notify, Restart=always with the unit's RestartSec. Exit code: figures missed.
set -euo pipefail
root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
program=${1:-$root/artifacts/deb/edgefusion_0.1.0_amd64.deb}
work=$(mktemp -d)
worker_pid="" broker_pid=""
finish() {
    [ -z "$worker_pid" ] || kill -9 "$worker_pid" 2>/dev/null || true
    [ -z "$broker_pid" ] || kill "$broker_pid" 2>/dev/null || true
    wait 2>/dev/null || true
    rm -rf "$work"
}
trap finish EXIT
case "$program" in
    *.deb) dpkg-deb -x "$program" "$work/root"; program="$work/root/usr/lib/edgefusion/EdgeFusion.Worker" ;;
esac
[ -x "$program" ] || { echo "figures: there is no program $program" >&2; exit 2; }
export EDGEFUSION_MODELS=$root/models
port=$((20000 + RANDOM % 20000))
restart=$(sed -n 's/^RestartSec=//p' "$root/deploy/systemd/edgefusion.service")
missed=0

now() { date +%s%N; }
say() { # name, value, unit, most
    local verdict="[OK]"
    awk -v value="$2" -v most="$4" 'BEGIN { exit !(value > most) }' && verdict="[NOT OK]" missed=$((missed + 1))
    printf '%-8s %-44s %8s %-3s (at most %s)\n' "$verdict" "$1" "$2" "$3" "$4"
}
seconds() { awk -v from="$1" -v to="$2" 'BEGIN { printf "%.2f", (to - from) / 1e9 }'; }

write_config() { # file, faults
    cat >"$1" <<JSON
{ "Node": "figures", "Model": { "Name": "workcell", "Providers": ["cpu"] },
  "Sensors": { "camera": { "Adapter": "simulator" }, "microphone": { "Adapter": "simulator" },
    "wrist": { "Adapter": "simulator" }, "arm": { "Adapter": "simulator" } },
  "Simulator": { "Faults": [$2] }, "Dashboard": { "Port": 0 }, "Mqtt": { "Host": "127.0.0.1", "Port": $port } }
JSON
}

start() { # configuration
    "$program" run --config "$1" >>"$work/log" 2>&1 &
    worker_pid=$!
}
await_prediction() { # waits for the first prediction that is not retained; nothing retained is on that topic
    timeout 60 mosquitto_sub -h 127.0.0.1 -p "$port" -t 'edgefusion/figures/prediction/#' -C 1 >/dev/null
}
stop() { kill -9 "$worker_pid"; wait "$worker_pid" 2>/dev/null || true; worker_pid=""; }

/usr/sbin/mosquitto -p "$port" >/dev/null 2>&1 &
broker_pid=$!
for _ in $(seq 50); do (: <>"/dev/tcp/127.0.0.1/$port") 2>/dev/null && break; sleep 0.1; done
write_config "$work/work.json" ""
write_config "$work/idle.json" '"camera:mute:0:9999", "microphone:mute:0:9999", "wrist:mute:0:9999", "arm:mute:0:9999"'
echo "$(date -u +%F) $(nproc) cores, load $(cut -d' ' -f1 /proc/loadavg), $(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -n 1)"

# Once without looking, so that the files are in memory: a robot's disk is not what is measured.
start "$work/work.json"; await_prediction; stop

best=999
for _ in 1 2 3; do
    begin=$(now); start "$work/work.json"; await_prediction; took=$(seconds "$begin" "$(now)"); stop
    best=$(awk -v a="$best" -v b="$took" 'BEGIN { print (a < b) ? a : b }')
done
say "start to first prediction (best of 3)" "$best" s 3

best=999
start "$work/work.json"; await_prediction
for _ in 1 2 3; do
    begin=$(now); stop; sleep "$restart"; start "$work/work.json"; await_prediction
    took=$(seconds "$begin" "$(now)")
    best=$(awk -v a="$best" -v b="$took" 'BEGIN { print (a < b) ? a : b }')
done
say "killed to published again, RestartSec=$restart (best of 3)" "$best" s 5
sleep 20
say "resident memory at work, after 20 s" "$(awk '/^VmRSS/ { printf "%.0f", $2 / 1024 }' "/proc/$worker_pid/status")" MB 200
stop

start "$work/idle.json"; await_prediction; sleep 10
say "resident memory idle: all sensors silent" "$(awk '/^VmRSS/ { printf "%.0f", $2 / 1024 }' "/proc/$worker_pid/status")" MB 150
stop

begin=$(now); "$program" doctor --config "$work/work.json" >"$work/doctor" || true
say "doctor" "$(seconds "$begin" "$(now)")" s 5
exit "$missed"
