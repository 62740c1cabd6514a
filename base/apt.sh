# apt with a configuration of its own: what the machine's apt knows of Debian's
# archive, in lists and caches that are not the system's. Sourced, after lib.sh and
# pin, by what fetches; "work" is a folder for it, "lists" is $work/sources.

# archive_lists TYPE: the private source lists, one per Debian archive that the
# machine itself uses, for packages of this type (deb or deb-src). Fails if there
# is none.
archive_lists() {
    command -v apt-get >/dev/null 2>&1 || return 1
    type=$1 list='' parts='' keyring=''
    eval "$(apt-config shell list Dir::Etc::sourcelist/f parts Dir::Etc::sourceparts/d)"
    for file in /usr/share/keyrings/debian-archive-keyring.gpg \
        /usr/share/keyrings/debian-archive-keyring.pgp; do
        if [ -z "$keyring" ] && [ -r "$file" ]; then keyring=$file; fi
    done
    set --
    for file in "$list" "${parts%/}"/*.list "${parts%/}"/*.sources; do
        if [ -r "$file" ]; then set -- "$@" "$file"; fi
    done
    [ $# -gt 0 ] || return 1
    awk -v out="$lists" -v type="$type" -v suite="$DEBIAN_SUITE" -v keyring="$keyring" \
        -f "$here/apt-sources.awk" "$@"
    [ -e "$lists/1.sources" ]
}

# apt's own configuration stays (proxy, certificates); what it would run after
# an update of the system does not belong to this one. No package counts as
# installed.
write_apt_conf() {
    mkdir -p "$work/lists/partial" "$work/archives/partial"
    : >"$work/status"
    cat >"$work/apt.conf" <<CONF
#clear APT::Update;
APT::Install-Recommends "false";
APT::Update::Error-Mode "any";
APT::Sandbox::User "";
Acquire::Languages "none";
Acquire::Retries "2";
Dir::Etc::sourceparts "-";
Dir::State::lists "$work/lists";
Dir::State::status "$work/status";
Dir::Cache "$work";
Dir::Cache::archives "$work/archives";
Dir::Cache::pkgcache "";
Dir::Cache::srcpkgcache "";
CONF
}

# apt LIST COMMAND...
apt() {
    list=$1
    shift
    apt-get -c="$work/apt.conf" -o Dir::Etc::sourcelist="$list" -q "$@" >>"$work/log" 2>&1
}

# Why apt failed: its first error.
apt_reason() {
    reason=$(sed -n 's/^E: //p' "$work/log" | sed -n 1p)
    printf '%s\n' "${reason:-$(last_line "$work/log")}"
}
