#!/usr/bin/env bash
# Builds jobhost and runs its tests.
set -euo pipefail

cd "$(dirname "$(readlink -f "$0")")/.."
# The labels of the tests; each test has one.
readonly labels=(unit conformance process browser chaos fuzz samples package lint)

preset=release
label=''
ctest_options=()

usage() {
    cat <<END
usage: tests/run.sh [-L LABEL] [--long] [--preset NAME] [-- CTEST-OPTION...]

Installs what is missing, builds into build/PRESET and runs every test. Exits 0 when there were tests and all passed.

  -L LABEL       only one kind: ${labels[*]}
  --long         the long forms of tests that have one (more rounds, more data); they see JOBHOST_TEST_LONG=1
  --preset NAME  what to build: release (default), dev, asan, tsan
  --help         this text

CTest gets the options after '--', such as -R REGEX for the names of tests or --repeat until-fail:20.
END
}

wrong_use() {
    printf 'run.sh: %s\n' "$1" >&2
    usage >&2
    exit 2
}

read_options() {
    while [ $# -gt 0 ]; do
        case $1 in
            -L)
                label=${2-}
                [[ -n $label && " ${labels[*]} " == *" $label "* ]] || wrong_use "there is no label '$label'"
                shift
                ;;
            --long) export JOBHOST_TEST_LONG=1 ;;
            --preset)
                preset=${2-}
                [[ $preset =~ ^(release|dev|asan|tsan)$ ]] || wrong_use "there is no preset '$preset'"
                shift
                ;;
            -h | --help)
                usage
                exit 0
                ;;
            --)
                shift
                ctest_options=("$@")
                return
                ;;
            *) wrong_use "'$1' is not known" ;;
        esac
        shift
    done
}

has_tests() {
    [[ $(ctest --test-dir "build/$preset" -L "^$label\$" -N) != *'Total Tests: 0'* ]]
}

read_options "$@"
host/packaging/install_packages.sh build sample test
host/packaging/build.sh "$preset" with-tests
if [ -n "$label" ]; then
    if ! has_tests; then
        echo "no tests with label $label yet"
        exit 0
    fi
    ctest_options=(-L "^$label\$" "${ctest_options[@]}")
fi
if [ -t 1 ]; then ctest_options=(--progress "${ctest_options[@]}"); fi
exec ctest --test-dir "build/$preset" --output-on-failure --no-tests=error --parallel "$(nproc)" "${ctest_options[@]}"
