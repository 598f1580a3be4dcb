#!/usr/bin/env bash
# Installs the Debian packages of the given sections of packages.txt; says nothing when all are there.
set -euo pipefail
list=$(dirname "$(readlink -f "$0")")/packages.txt
[ $# -gt 0 ] || { echo "usage: install_packages.sh SECTION..." >&2; exit 2; }

wanted=()
for section in "$@"; do
    found=$(awk -v section="[$section]" '/^\[/ {on = ($1 == section)} !/^[[#]/ && NF && on {print $1}' "$list")
    [ -n "$found" ] || { echo "install_packages.sh: no section [$section] in $list" >&2; exit 2; }
    wanted+=($found)
done

missing=()
for package in "${wanted[@]}"; do
    [ "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0

as_root=()
if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null || {
        echo "jobhost needs these packages: ${missing[*]}" >&2
        echo "install them as root (apt-get install ${missing[*]}), or install sudo" >&2
        exit 1
    }
    as_root=(sudo)
fi
echo "installing ${#missing[@]} packages: ${missing[*]}"
"${as_root[@]}" apt-get update -qq
DEBIAN_FRONTEND=noninteractive "${as_root[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
