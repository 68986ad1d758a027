#!/usr/bin/env bash
# What a CI job runs: measure, judge, leave the verdict where CI reads it, and end with the gate's exit code.
# Everything comes from variables: SEEBENCH_CANDIDATE_ENV, and SEEBENCH_BASELINE_ENV or SEEBENCH_BASELINE; SEEBENCH_SUITE, SEEBENCH_WORKLOAD,
# SEEBENCH_BLOCKS, SEEBENCH_POLICY, SEEBENCH_CONFIG, SEEBENCH_CONFORM, SEEBENCH_OUT. Used by action.yml and examples/gitlab-ci.yml.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
out=${SEEBENCH_OUT:-seebench-out}
mkdir -p -- "$out"
# What an earlier job left here is no verdict of this one.
rm -f -- "$out/verdict.json" "$out/gate.xml" "$out/gate.md"

# seebench ARG…: as root, which sandboxes need; `-E` keeps the cache and CI's own variables.
seebench() {
  local program=(node "$here/dist/cli/main.js")
  if [[ -n ${SEEBENCH_PROGRAM:-} ]]; then program=("$SEEBENCH_PROGRAM"); fi
  if [[ $(id -u) == 0 ]]; then "${program[@]}" "$@"; else sudo -E env "PATH=$PATH" "HOME=$HOME" "${program[@]}" "$@"; fi
}

common=()
if [[ -n ${SEEBENCH_CONFIG:-} ]]; then common+=("--config=$SEEBENCH_CONFIG"); fi
plan=("--suite=${SEEBENCH_SUITE:-quick}" "--blocks=${SEEBENCH_BLOCKS:-20}")
if [[ -n ${SEEBENCH_WORKLOAD:-} ]]; then plan+=("--workload=$SEEBENCH_WORKLOAD"); fi
judge=(--json "--junit=$out/gate.xml" "--markdown=$out/gate.md" --step-summary)
if [[ -n ${SEEBENCH_POLICY:-} ]]; then judge+=("--policy=$SEEBENCH_POLICY"); fi

rc=0
guarantees=0
if [[ -n ${SEEBENCH_BASELINE_ENV:-} ]]; then
  # A faster sandbox that contains less has not passed.
  if [[ ${SEEBENCH_CONFORM:-} == true ]]; then
    rm -rf -- "$out/conform"
    seebench conform containment "--env=$SEEBENCH_BASELINE_ENV,${SEEBENCH_CANDIDATE_ENV:?}" "${common[@]}" \
      "--junit=$out/conform.xml" "--out=$out/conform" >&2 || guarantees=$?
    # 1 is an answer; anything else is none.
    if [[ $guarantees -gt 1 ]]; then exit "$guarantees"; fi
    judge+=("--conformance=$out/conform")
  fi
  seebench gate --measure "--baseline-env=$SEEBENCH_BASELINE_ENV" "--candidate-env=${SEEBENCH_CANDIDATE_ENV:?}" \
    "${plan[@]}" "${common[@]}" "${judge[@]}" "--out=$out/results" > "$out/verdict.json" || rc=$?
elif [[ -n ${SEEBENCH_BASELINE:-} ]]; then
  seebench run "--env=${SEEBENCH_CANDIDATE_ENV:?}" "${plan[@]}" "${common[@]}" "--out=$out/results" >&2 || rc=$?
  if [[ $rc == 0 ]]; then
    # A path, not an id: it has a separator.
    case $out in /*) run=$out/results ;; *) run=./$out/results ;; esac
    seebench gate "$run" "--baseline=$SEEBENCH_BASELINE" "${judge[@]}" > "$out/verdict.json" || rc=$?
  fi
else
  echo 'seebench: name a baseline-env or a baseline file' >&2
  exit 2
fi

# Half a document, as a full disk leaves it, says nothing: the exit code of the gate does.
if [[ -s $out/verdict.json ]]; then
  node -e '
    const { overall, sentence } = JSON.parse(require("fs").readFileSync(process.argv[1], "utf8"));
    // One line each: nothing in a name can start another output, or a command of the runner.
    const line = (text) => String(text).replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, " ");
    console.log(line(sentence));
    const file = process.env.GITHUB_OUTPUT;
    if (file) require("fs").appendFileSync(file, `overall=${line(overall)}\nsentence=${line(sentence)}\n`);
  ' "$out/verdict.json" || { echo "seebench: $out/verdict.json holds no verdict" >&2; [[ $rc != 0 ]] || rc=3; }
fi
if [[ $rc == 0 ]]; then rc=$guarantees; fi
exit "$rc"
