#!/usr/bin/env bash
# Replaces a plugin while its jobs run in four queues: by rename, in place, in pieces, by cp, install, rsync, ln and git,
# with versions that cannot be used between. No job may be lost, fail or run twice, and nothing may stay behind in the
# host.
# usage: tests/reload/run.sh [--reloads N] [--isolation process|in_process] [--build FOLDER]
set -euo pipefail

cd "$(dirname "$(readlink -f "$0")")/../.."
build=build/release
options=()
while [ $# -gt 0 ]; do
    case $1 in
        --build) build=${2?--build needs a folder} && shift 2 ;;
        *) options+=("$1") && shift ;;
    esac
done
build=$(readlink -f "$build")
export JOBHOST_BIN=$build/bin JOBHOST_PLUGINS=$build/plugins JOBHOST_TEST_PLUGINS=$build/test_plugins
exec python3 -B tests/reload/reload_under_load.py "${options[@]}"
