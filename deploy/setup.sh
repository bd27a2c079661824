# Sourced by start and test: makes .venv and installs into it what the argument names, once.
# shellcheck shell=bash

cd "$(dirname "${BASH_SOURCE[0]}")/.."

find_python() {
    local candidate
    for candidate in "${PYTHON:-}" python3 python3.14 python3.13 python3.12 python3.11 python; do
        if [ -n "$candidate" ] && command -v "$candidate" >/dev/null 2>&1 &&
            "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            printf '%s\n' "$candidate"
            return
        fi
    done
    echo "deploy: Python 3.11 or later is needed and was not found; set PYTHON to its path" >&2
    exit 2
}

# install TARGET: `.` for running, `.[test]` for testing. Skipped while neither the pins nor the project's own file
# changed since the last time.
install() {
    local target=$1 stamp now
    stamp=".venv/installed-$(printf '%s' "$target" | tr -cd 'a-z')" # installed-, installed-test
    if ! .venv/bin/python -m pip --version >/dev/null 2>&1; then # none yet, or one that was left half made
        "$(find_python)" -m venv --clear .venv || {
            rm -rf .venv
            echo "deploy: the virtual environment could not be made; Debian and Ubuntu need the package python3-venv" >&2
            exit 2
        }
    fi
    [ -x .venv/bin/archivist ] || rm -f .venv/installed-*
    now=$(cat pyproject.toml deploy/constraints.txt | .venv/bin/python -c \
        'import hashlib, sys; print(hashlib.sha256(sys.stdin.buffer.read()).hexdigest())')
    # What is installed for testing is enough for running.
    if [ "$(cat "$stamp" 2>/dev/null)" != "$now" ] && [ "$(cat .venv/installed-test 2>/dev/null)" != "$now" ]; then
        echo "deploy: installing $target (a few minutes the first time)" >&2
        .venv/bin/python -m pip install --quiet --disable-pip-version-check \
            --constraint deploy/constraints.txt --editable "$target" || {
            echo "deploy: the installation failed; what pip said is above" >&2
            exit 2
        }
        printf '%s\n' "$now" >"$stamp"
    fi
}
