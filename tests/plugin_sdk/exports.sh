#!/usr/bin/env bash
# exports.sh FILE...: fails unless each plugin exports the two symbols of the ABI and nothing else. Whatever else it
# exports could be taken for the same thing of another version.
set -euo pipefail

exports_of() {
    case $1 in
        *.dll)
            x86_64-w64-mingw32-objdump -p "$1" |
                awk '/^\[Ordinal\/Name Pointer\] Table/ {on = 1; next} !NF {on = 0} on {print $NF}'
            ;;
        *) nm -D --defined-only "$1" | awk '{print $3}' ;;
    esac
}

for file in "$@"; do
    exports=$(exports_of "$file" | LC_ALL=C sort | tr '\n' ' ')
    if [ "$exports" != 'jobhost_plugin_entry_v1 jobhost_tag ' ]; then
        echo "$file exports: $exports" >&2
        exit 1
    fi
done
