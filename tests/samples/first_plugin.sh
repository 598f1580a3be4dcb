#!/usr/bin/env bash
# first_plugin.sh BUILD FOLDER: the plugin of the top README builds by itself and runs in a host.
set -euo pipefail

readonly build=$1 folder=$2

fail() {
    printf '%s\n' "$@" >&2
    exit 1
}

rm -rf "$folder"
mkdir -p "$folder/plugins"
cmake -G Ninja -S samples/first_plugin -B "$folder/build" -DCMAKE_BUILD_TYPE=Release
cmake --build "$folder/build"
printf 'server: {name: first-plugin, workers: 1}\n' >"$folder/jobhost.yaml"

"$build/bin/jobhost" serve -c "$folder/jobhost.yaml" &
host=$!
trap 'kill "$host" 2>/dev/null && wait "$host" || true' EXIT
mv "$folder/build/hello.so" "$folder/plugins"
shown=$("$build/bin/jobhost" run hello.greet --args '{"name": "Ada"}' --timeout 30s -c "$folder/jobhost.yaml")
[[ $shown == *'Hello, Ada!'* && $shown == *succeeded* ]] || fail "the job did not greet:" "$shown"
