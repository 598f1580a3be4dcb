#!/usr/bin/env bash
# quickstart_serves.sh BUILD FOLDER: the quickstart serves until it is interrupted, is there once only, and says
# what is wrong with its options.
set -euo pipefail

readonly build=$1 folder=$2
readonly sample=samples/quickstart/run.sh
output=$folder.txt

fail() {
    printf '%s\n' "$@" >&2
    cat "$output" >&2
    exit 1
}

# Runs the sample to its end: expects CODE, and TEXT in what it prints.
expect() {
    local code=$1 text=$2 got=0
    shift 2
    "$sample" "$@" >"$output" 2>&1 || got=$?
    [ "$got" = "$code" ] || fail "run.sh $*: exit code $got instead of $code"
    grep -qF -- "$text" "$output" || fail "run.sh $*: does not say '$text'"
}

wait_for_text() {
    local tries=0
    until grep -q "$1" "$folder.log"; do
        kill -0 "$sample_process" 2>/dev/null || fail "the sample has ended" "$(cat "$folder.log")"
        ((++tries <= 600)) || fail "the sample does not say '$1'" "$(cat "$folder.log")"
        sleep 0.1
    done
}

mkdir -p "$(dirname "$folder")"
expect 0 '--use-build' --help
expect 2 "'--twice' is not known" --twice
expect 2 '--data wants a folder' --data
expect 1 'is in use for something else' --use-build "$build" --data samples/quickstart

: >"$folder.log" # of an earlier run
# As a terminal starts it: scripts start what is in the background with SIGINT ignored.
env --default-signal=INT setsid "$sample" --use-build "$build" --data "$folder" >"$folder.log" 2>&1 &
sample_process=$!
trap 'kill "$sample_process" 2>/dev/null || true' EXIT
wait_for_text serving
host=$(cat "$folder/host.pid")
expect 1 'already running' --once --use-build "$build" --data "$folder"

kill -INT -- "-$sample_process" # Ctrl-C reaches all processes of the terminal
wait "$sample_process" || fail "the sample has ended with exit code $?" "$(cat "$folder.log")"
if kill -0 "$host" 2>/dev/null; then fail "the host goes on"; fi
grep -q stopped "$folder/host.log" || fail "the host was not stopped in order" "$(cat "$folder/host.log")"
