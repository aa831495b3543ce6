#!/usr/bin/env bash
# demo.sh PATH-OF-ATOM: two days of a collection agency, on a real SFTP server on loopback; see demo.py. `./dev demo` calls it.
# As root (or by sudo): the server logs in a throw-away user. Leaves nothing running and nothing behind.
set -euo pipefail

[ $# = 1 ] || {
    echo "usage: demo.sh PATH-OF-ATOM" >&2
    exit 2
}
atom=$(realpath "$1")
here=$(dirname "$(realpath "$0")")
command=(python3 "$here/demo.py" --atom "$atom" --generate "$(dirname "$atom")/tests/generate")
[ "$(id -u)" = 0 ] || {
    command -v sudo >/dev/null || {
        echo "demo: needs root, or sudo, for the throw-away user of its SFTP server" >&2
        exit 1
    }
    command=(sudo "${command[@]}")
}
exec "${command[@]}"
