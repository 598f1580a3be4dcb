#!/usr/bin/env bash
# build.sh PRESET with-tests|without-tests [TARGET...]: configures and builds into build/PRESET.
# Says nothing when all is up to date. A tree that once had tests keeps them, so that nothing is built twice.
set -euo pipefail

cd "$(dirname "$(readlink -f "$0")")/../.."
[ $# -ge 2 ] || { echo "usage: build.sh PRESET with-tests|without-tests [TARGET...]" >&2; exit 2; }
readonly preset=$1 tests=$2
shift 2
readonly folder=build/$preset

configure() {
    local options=()
    case $tests in
        with-tests) options=(-DJOBHOST_TESTS=ON) ;;
        without-tests) [ -e "$folder/build.ninja" ] || options=(-DJOBHOST_TESTS=OFF) ;;
        *) echo "build.sh: say with-tests or without-tests, not '$tests'" >&2; exit 2 ;;
    esac
    mkdir -p "$folder"
    cmake --preset "$preset" "${options[@]}" >"$folder/configure.log" 2>&1 && return
    cat "$folder/configure.log" >&2
    echo "build.sh: cannot configure $folder; if it was made by other versions of the tools, remove it" >&2
    exit 1
}

# Hands on what Ninja says: progress as one line on a terminal, elsewhere only what went wrong.
show() {
    local line columns
    columns=$(tput cols 2>/dev/null || echo 80)
    while IFS= read -r line; do
        case $line in
            'ninja: no work to do.' | 'ninja: Entering directory '* | *'Re-checking globbed directories...') ;;
            '['*/*'] '*) [ ! -t 1 ] || printf '\r\033[K%.*s' $((columns - 1)) "$line" ;;
            *) echo "$line" ;;
        esac
    done
    [ ! -t 1 ] || printf '\r\033[K'
}

build() {
    [ -e "$folder/.ninja_log" ] || echo "building into $folder; the first time takes some minutes"
    ninja -C "$folder" -j "$(nproc)" "$@" | show
}

configure
build "$@"
