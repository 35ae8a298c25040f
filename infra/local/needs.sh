#!/bin/sh
# Names everything that this machine lacks for what make was asked to do, at once and before anything is built:
# `needs.sh demo`, `needs.sh test`. It asks for no rights and installs nothing outside this folder.
set -u
cd "$(dirname "$0")/../.." || exit 1

GOALS=${*:-help}
PYTHON=${PYTHON:-python3}
RUSTUP="curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh -s -- -y && . \"\$HOME/.cargo/env\""
missing=

# lacks WHAT ON_DEBIAN ON_MACOS
lacks() {
    missing="$missing
  $1
      Debian  $2
      macOS   $3
"
}

has() {
    command -v "$1" >/dev/null 2>&1
}

# at_least VERSION WANTED, of which the first two numbers count.
at_least() {
    echo "$1 $2" | awk '{ split($1, is, "."); split($2, wanted, "."); exit !(is[1] > wanted[1] ||
        (is[1] == wanted[1] && is[2] + 0 >= wanted[2] + 0)) }'
}

check_rust() {
    wanted=$(sed -n 's/^channel = "\(.*\)"/\1/p' rust-toolchain.toml)
    if has cargo; then
        # rustup loads the version that rust-toolchain.toml names, if it is not there yet.
        found=$(cargo --version | cut -d ' ' -f 2)
        if [ -z "$found" ]; then
            lacks "Rust $wanted" "rustup toolchain install $wanted" "rustup toolchain install $wanted"
        elif ! at_least "$found" "$wanted"; then
            lacks "Rust $wanted or newer (this is $found)" "sudo apt-get install -y curl && $RUSTUP" "$RUSTUP"
        fi
    elif [ -x "${HOME:-}/.cargo/bin/cargo" ]; then
        lacks "Rust on the PATH (it is installed)" ". \"\$HOME/.cargo/env\"" ". \"\$HOME/.cargo/env\""
    else
        lacks "Rust $wanted" "sudo apt-get install -y curl && $RUSTUP" "$RUSTUP"
    fi
    # On macOS the command is there before the compiler is.
    cc --version >/dev/null 2>&1 ||
        lacks "A C compiler, which links what Rust builds" "sudo apt-get install -y build-essential" \
            "xcode-select --install"
}

check_python() {
    if ! has "$PYTHON"; then
        lacks "Python 3.10 or newer ($PYTHON)" "sudo apt-get install -y python3 python3-venv" "brew install python"
        return
    fi
    found=$("$PYTHON" -c 'import platform; print(platform.python_version())')
    if ! at_least "${found:-0}" 3.10; then
        lacks "Python 3.10 or newer ($PYTHON is ${found:-unknown}), or its name: PYTHON=python3.13 make $GOALS" \
            "sudo apt-get install -y python3 python3-venv" "brew install python"
    elif ! "$PYTHON" -c 'import ensurepip, venv' >/dev/null 2>&1; then
        lacks "Python's module venv" "sudo apt-get install -y python3-venv" "brew install python"
    else
        python_works=1
    fi
}

# As the lockfile of the pages has it: `engines` of vite and rolldown.
NODE="Node.js 20.19, or 22.12 or newer"

check_node() {
    if ! has node; then
        lacks "$NODE" \
            "sudo apt-get install -y nodejs npm   (from Debian 13 on; before it: https://nodejs.org)" "brew install node"
        return
    fi
    found=$(node --version | tr -d v)
    case $found in
    20.*) wanted=20.19 ;;
    *) wanted=22.12 ;;
    esac
    if ! at_least "${found:-0}" "$wanted"; then
        lacks "$NODE (this is ${found:-unknown})" "see https://nodejs.org" "brew install node"
    elif ! has npm; then
        lacks "npm" "sudo apt-get install -y npm" "brew install node"
    else
        node_works=1
    fi
}

check_browser() {
    # Without Node.js the packaged browser cannot be tried, and one that is installed is enough in any case.
    if [ -n "${node_works:-}" ]; then
        node portal/tests/browser/find.mjs >/dev/null && return
    elif has chromium || has chromium-browser || has google-chrome; then
        return
    fi
    lacks "A browser, or its path: CHROMIUM=/path/to/chrome make $GOALS" \
        "sudo apt-get install -y chromium" "brew install --cask chromium"
}

check_port() {
    [ -n "${python_works:-}" ] || return
    taken=$("$PYTHON" infra/local/emulator.py 2>&1) || missing="$missing
  $(echo "$taken" | sed '/./!d')
"
}

for goal in $GOALS; do
    case $goal in
    help) ;;
    down | logs | mails | operate | check-python | check-docs) wants="${wants:-} python" ;;
    up | demo) wants="${wants:-} rust python node ps port" ;;
    test | test-e2e | test-browser | screenshots | bench) wants="${wants:-} rust python node ps browser" ;;
    *) wants="${wants:-} rust python node" ;;
    esac
done

for need in rust python node ps port browser; do
    case " ${wants:-} " in
    *" $need "*) ;;
    *) continue ;;
    esac
    case $need in
    rust) check_rust ;;
    python) check_python ;;
    node) check_node ;;
    ps) has ps || lacks "ps, which shows processes" "sudo apt-get install -y procps" "it is a part of macOS" ;;
    port) check_port ;;
    browser) check_browser ;;
    esac
done

[ -z "$missing" ] && exit 0
printf '\n`make %s` cannot start, and nothing was built yet. What is missing:\n%s\nThen run `make %s` again.\n' \
    "$GOALS" "$missing" "$GOALS" >&2
exit 1
