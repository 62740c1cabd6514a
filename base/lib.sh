# What the scripts in base/ share. Sourced by them; "here" is this folder.

say() { printf 'pythonplus: %s\n' "$*" >&2; }

# Every failure is one message that says what to do, and status 2.
die() {
    say "$*"
    exit 2
}

# need TOOL PACKAGE: stop if TOOL is missing.
need() {
    command -v "$1" >/dev/null 2>&1 ||
        die "$1 is not installed: run ./bootstrap, or install the Debian package $2"
}

sha256() { sha256sum <"$1" | cut -d' ' -f1; }

cache_root() {
    if [ -n "${XDG_CACHE_HOME:-}" ]; then
        printf '%s/pythonplus\n' "$XDG_CACHE_HOME"
    elif [ -n "${HOME:-}" ]; then
        printf '%s/.cache/pythonplus\n' "$HOME"
    else
        die "HOME is not set: set it, or XDG_CACHE_HOME, to a folder where what is fetched can be kept"
    fi
}

# lock FILE: one run at a time, so that two runs of make cannot meet in one
# folder. The lock goes with the process, however it ends.
lock() {
    mkdir -p "$(dirname "$1")" 2>/dev/null && (: >"$1") 2>/dev/null ||
        die "cannot write $1: is the disk full, or may you not write there?"
    exec 9>"$1"
    if command -v flock >/dev/null 2>&1; then flock 9; fi
}

# swap NEW OLD: NEW takes the place of the folder OLD. A run that is killed
# between the two renames leaves OLD.old, which recover() puts back.
swap() {
    if [ -e "$2" ]; then mv "$2" "$2.old"; fi
    mv "$1" "$2"
    rm -rf "$2.old"
}

recover() {
    if [ -e "$1.old" ] && [ ! -e "$1" ]; then mv "$1.old" "$1"; fi
    rm -rf "$1.old" "$1.new"
}

# What a tool said first, or last, for use in a message: the reason, mostly.
first_line() { sed -n 1p "$1"; }
last_line() { sed -n '$p' "$1"; }
