#!/usr/bin/env bash
# Installs the Debian packages of the given sections of packages.txt; says nothing when all are there.
set -euo pipefail

list=$(dirname "$(readlink -f "$0")")/packages.txt
readonly list

fail() {
    printf 'install_packages.sh: %s\n' "$@" >&2
    exit 1
}

packages_of() {
    awk -v section="[$1]" '/^\[/ {on = ($1 == section)} !/^[[#]/ && NF && on {print $1}' "$list"
}

is_installed() {
    [[ " $(dpkg-query -W -f='${db:Status-Status} ' "$1" 2>/dev/null)" == *' installed '* ]]
}

as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    else
        sudo "$@"
    fi
}

# Waits for another apt that is at work, as there is after the start of a machine.
install() {
    echo "installing ${#} packages: $*"
    as_root apt-get -o DPkg::Lock::Timeout=300 update -qq || fail "apt-get update failed; see above"
    as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get -o DPkg::Lock::Timeout=300 install -y -qq --no-install-recommends "$@" >/dev/null ||
        fail "apt-get install failed; see above"
}

if [ $# = 0 ]; then
    echo "usage: install_packages.sh SECTION..." >&2
    exit 2
fi
command -v apt-get >/dev/null || fail "there is no apt-get here; jobhost is built on Debian 12" \
    "elsewhere, install what corresponds to $list"

missing=()
for section in "$@"; do
    mapfile -t wanted < <(packages_of "$section")
    if [ ${#wanted[@]} = 0 ]; then
        echo "install_packages.sh: no section [$section] in $list" >&2
        exit 2
    fi
    for package in "${wanted[@]}"; do
        is_installed "$package" || missing+=("$package")
    done
done
[ ${#missing[@]} -gt 0 ] || exit 0

if [ "$(id -u)" != 0 ] && ! command -v sudo >/dev/null; then
    fail "these packages are missing: ${missing[*]}" \
        "install them as root (apt-get install ${missing[*]}), or install sudo"
fi
install "${missing[@]}"
