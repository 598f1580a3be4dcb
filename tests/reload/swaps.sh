#!/usr/bin/env bash
# Swaps a plugin's file for an evil one and back while it is opened, checked and loaded: by rename and in place, under the
# policies owner and allowlist, N loads of each. What runs must be what was checked: under an allowlist nothing of the
# evil file ever runs, and under owner the digest that is reported is that of the code that ran.
# usage: tests/reload/swaps.sh [--loads N] [--build FOLDER]
set -euo pipefail

cd "$(dirname "$(readlink -f "$0")")/../.."
build=build/release
loads=5000
while [ $# -gt 0 ]; do
    case $1 in
        --build) build=${2?--build needs a folder} && shift 2 ;;
        --loads) loads=${2?--loads needs a number} && shift 2 ;;
        *) echo "what is $1? usage: tests/reload/swaps.sh [--loads N] [--build FOLDER]" >&2 && exit 2 ;;
    esac
done
exec "$build/bin/swaps" --loads "$loads"
