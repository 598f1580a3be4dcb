#!/usr/bin/env bash
# Runs the quickstart: a host on SQLite with the jobs of a small shop. See README.md beside this file.
set -euo pipefail

sample=$(dirname "$(readlink -f "$0")")
top=$(readlink -f "$sample/../..")
readonly sample top
readonly enqueued=(greet-customer ask-for-review fetch-exchange-rates back-up-shop)
readonly recurring=count-orders
readonly deadline=60  # seconds until all jobs must have finished

once=false
data=$top/build/quickstart
programs=$top/build/release
is_built=false
host=''

usage() {
    cat <<END
usage: samples/quickstart/run.sh [--once] [--data FOLDER] [--use-build FOLDER]

Installs what is missing, builds jobhost, starts it with the jobs of a small shop, shows them finishing, and goes on
serving until Ctrl-C.

  --once              stop when the jobs have finished; exit 0 if all of them ended as they should, 1 if not
  --data FOLDER       where the sample's files go; made anew at each start, except for plugins/
                      (default: build/quickstart)
  --use-build FOLDER  take the programs of this build as they are; install and build nothing
  --help              this text
END
}

wrong_use() {
    printf 'run.sh: %s\n' "$1" >&2
    usage >&2
    exit 2
}

# The reason, and lines that belong to it.
fail() {
    printf 'quickstart: %s\n' "$1" >&2
    shift
    [ $# = 0 ] || printf '%s\n' "$@" >&2
    exit 1
}

read_options() {
    while [ $# -gt 0 ]; do
        case $1 in
            --once) once=true ;;
            --data | --use-build)
                [ -n "${2-}" ] || wrong_use "$1 wants a folder"
                if [ "$1" = --data ]; then
                    data=$(realpath -m -- "$2")
                else
                    programs=$(realpath -m -- "$2")
                    is_built=true
                fi
                shift
                ;;
            -h | --help)
                usage
                exit 0
                ;;
            *) wrong_use "'$1' is not known" ;;
        esac
        shift
    done
}

# A path as one would type it in the current folder.
short() {
    realpath -m --relative-base="$PWD" -- "$1"
}

build() {
    if ! $is_built; then
        "$top/host/packaging/install_packages.sh" build sample
        "$top/host/packaging/build.sh" release without-tests jobhost jobhost-worker build_plugins/all
    fi
    [ -x "$programs/bin/jobhost" ] || fail "there is no $programs/bin/jobhost; build it, or leave out --use-build"
}

# The host inherits the lock, so that it holds for as long as either of the two lives.
lock_data() {
    if [ ! -e "$data/quickstart.lock" ] && [ -n "$(ls -A "$data" 2>/dev/null)" ]; then
        fail "$(short "$data") is in use for something else; name an empty folder by --data"
    fi
    mkdir -p "$data"
    exec 9>>"$data/quickstart.lock"
    flock -n 9 && return
    fail "this sample is already running in $(short "$data")" \
        "stop it by Ctrl-C or 'kill $(cat "$data/host.pid" 2>/dev/null || echo PID)', or name another folder by --data"
}

# Below a folder of somebody else, as root finds it in a container, plugins are trusted only if the host file says so.
trust_owners() {
    local folder=$data owners
    owners=$(until stat -c %u "$folder" && [ "$folder" = / ]; do folder=$(dirname "$folder"); done |
        sort -u | { grep -vxe 0 -e "$(id -u)" || true; } | paste -sd,)
    [ -z "$owners" ] || sed -i "s/^plugins:/&\n  trust: {users: [$owners]}/" jobhost.yaml
}

# A folder that stands for itself: a host file, definitions, plugins, and what the jobs work on.
make_data() {
    (
        cd "$data"
        rm -rf jobhost.db jobhost.db-* .jobhost shop.db shop.db-* backups jobs.d host.log host.pid
        mkdir -p plugins jobs.d
        cp "$sample/jobhost.yaml" "$sample/fetch_exchange_rates.sh" .
        trust_owners
        cp "$sample"/jobs.d/*.yaml jobs.d
        # Renamed into place, because a host that reads a half-written plugin refuses it.
        for plugin in "$programs"/plugins/*.so; do
            cp "$plugin" plugins/.new
            mv plugins/.new "plugins/${plugin##*/}"
        done
        sqlite3 shop.db <"$sample/shop.sql" >/dev/null
    )
}

jobhost() {
    "$programs/bin/jobhost" "$@" -c "$data/jobhost.yaml"
}

is_host_running() {
    kill -0 "$host" 2>/dev/null
}

# In a session of its own: Ctrl-C reaches this script alone, which then stops the host once and not twice.
start_host() {
    setsid "$programs/bin/jobhost" serve -c "$data/jobhost.yaml" >"$data/host.log" 2>&1 </dev/null &
    host=$!
    echo "$host" >"$data/host.pid"
    trap stop_host EXIT
    trap on_signal INT TERM HUP
    local tries=0
    until grep -q 'is ready' "$data/host.log"; do
        is_host_running || fail "the host has ended; its log:" "$(cat "$data/host.log")"
        ((++tries <= 150)) || fail "the host is not ready after 15 s; its log:" "$(cat "$data/host.log")"
        sleep 0.1
    done
}

# The host lets running jobs end. A second Ctrl-C cancels them, a third one kills them.
on_signal() {
    printf '\nstopping\n'
    is_interrupted=true
    kill -TERM "$host" 2>/dev/null || true
}
is_interrupted=false

# A signal ends a wait early, so it is repeated until the host has ended. Returns the host's exit code.
wait_for_host() {
    while is_host_running; do wait "$host" || true; done
    wait "$host"
}

stop_host() {
    is_host_running || return 0
    kill -TERM "$host" 2>/dev/null || true
    wait_for_host || true
}

# Runs SQL with the table `job` (id, name, state, attempt): all jobs of the sample, oldest first.
ask_jobs() {
    jobhost jobs list --json --limit 1000 >"$data/jobs.json"
    sqlite3 :memory: <<END
CREATE TEMP VIEW job AS
SELECT CAST(value ->> 'id' AS INTEGER) AS id, value ->> 'definition' AS name,
       value ->> 'state' AS state, value ->> 'attempt' AS attempt
FROM json_each(CAST(readfile('$data/jobs.json') AS TEXT)) ORDER BY id;
$1
END
}

# Prints each job once when its state or its attempt has changed.
show_progress() {
    local line now
    while IFS='|' read -r line; do
        [ "${shown[$line]-}" != yes ] || continue
        shown[$line]=yes
        printf -v now '%4d.%d s' $((elapsed_ms / 1000)) $((elapsed_ms % 1000 / 100))
        echo "  $now  $line"
    done < <(ask_jobs "SELECT printf('job %-4d %-22s %s', id, name, state) ||
                       iif(attempt > 1 OR state = 'scheduled' AND attempt > 0, ', attempt ' || attempt, '')
                       FROM job WHERE state <> 'processing';")
}
declare -A shown=()
elapsed_ms=0

# Says what is still open; nothing when all jobs of the sample have finished well.
open_jobs() {
    local names
    printf -v names "('%s')," "${enqueued[@]}" "$recurring"
    ask_jobs "WITH wanted (name) AS (VALUES ${names%,})
              SELECT name FROM wanted
              WHERE NOT EXISTS (SELECT 1 FROM job WHERE job.name = wanted.name AND state = 'succeeded');"
}

ended_badly() {
    ask_jobs "SELECT id FROM job WHERE state IN ('failed', 'deleted') LIMIT 1;"
}

watch_jobs() {
    local started bad open
    started=$(date +%s%3N)
    while true; do
        elapsed_ms=$(($(date +%s%3N) - started))
        show_progress
        bad=$(ended_badly)
        [ -z "$bad" ] || fail "job $bad has not succeeded:" "$(jobhost jobs show "$bad")"
        open=$(open_jobs)
        [ -n "$open" ] || return 0
        if $is_interrupted; then exit 130; fi
        is_host_running || fail "the host has ended; its log:" "$(cat "$data/host.log")"
        ((elapsed_ms < deadline * 1000)) ||
            fail "not finished after $deadline s: $(echo "$open" | tr '\n' ' ')" "$(jobhost jobs list)"
        sleep 0.3
    done
}

check_outcome() {
    local attempt rows copied
    attempt=$(ask_jobs "SELECT attempt FROM job WHERE name = 'fetch-exchange-rates';")
    [ "$attempt" = 2 ] || fail "fetch-exchange-rates should have succeeded in attempt 2, not $attempt"
    local copy=$data/backups/shop.db
    [ -s "$copy" ] || fail "the backup $copy is missing"
    [ "$(sqlite3 -readonly "$copy" 'PRAGMA integrity_check')" = ok ] || fail "the backup $copy is not sound"
    local counts='SELECT (SELECT count(*) FROM customer), (SELECT count(*) FROM product),
                         (SELECT count(*) FROM customer_order), (SELECT count(*) FROM order_line)'
    rows=$(sqlite3 -readonly "$data/shop.db" "$counts")
    copied=$(sqlite3 -readonly "$copy" "$counts")
    [ "$rows" = "$copied" ] || fail "the shop has $rows rows in its tables, its backup has $copied"
}

show_places() {
    local program file
    program=$(short "$programs/bin/jobhost")
    file=$(short "$data/jobhost.yaml")
    cat <<END

host file   $file, definitions in jobs.d beside it (copies of $(short "$sample"))
database    $(short "$data/jobhost.db")
plugins     $(short "$data/plugins")
the shop    $(short "$data/shop.db"), its backup $(short "$data/backups/shop.db")
log         $(short "$data/host.log")

try         $program jobs list -c $file
            $program enqueue greet-customer -c $file
            $program run command.run --args '{"command": ["date"]}' -c $file
END
}

serve_until_stopped() {
    local code=0
    printf '\nserving; Ctrl-C stops the host\n'
    wait_for_host || code=$?
    [ "$code" = 0 ] || fail "the host has ended with exit code $code; its log:" "$(tail -n 20 "$data/host.log")"
}

stop_after_once() {
    local code=0
    kill -TERM "$host"
    wait_for_host || code=$?
    [ "$code" = 0 ] || fail "the host has stopped with exit code $code; its log:" "$(tail -n 20 "$data/host.log")"
    echo 'all jobs ended as they should; the host has stopped'
}

read_options "$@"
build
lock_data
make_data
start_host
echo "the host is running (process $host); enqueueing ${#enqueued[@]} jobs"
for name in "${enqueued[@]}"; do jobhost enqueue "$name" >/dev/null; done
watch_jobs
check_outcome
echo
jobhost jobs list
show_places
if $once; then
    stop_after_once
else
    serve_until_stopped
fi
