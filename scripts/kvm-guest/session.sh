#!/bin/bash
# What the test does inside the emulated machine; everything that is to be judged is copied out, and judged outside.
set -u
export SEEBENCH_CACHE=/cache
seebench() { node /checkout/dist/cli/main.js "$@"; }
work=/root/work
mkdir -p "$work" && cd "$work" || exit 1

seebench doctor --json --env "$1" >/exchange/doctor.json
echo "doctor $?" >>/exchange/steps
seebench run --suite smoke --workload "$2" --env "$1" --blocks 1 --seed 1 --out "$work/results/emulated" >/exchange/run.log 2>&1
echo "run $?" >>/exchange/steps
cp -rL "$work/results/emulated" /exchange/results
cp -rL "$work/reports/emulated" /exchange/report 2>/dev/null || cp -rL "$work/reports/latest" /exchange/report

{
  pgrep -a '^runsc' | sed 's/^/process /'
  grep seebench /proc/mounts | sed 's/^/mount /'
  find /sys/fs/cgroup -mindepth 1 -type d | sed 's/^/cgroup /'
} >/exchange/left
