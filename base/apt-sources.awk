# Reads apt's source lists, both forms, and writes for each entry of the Debian
# archive one private list, OUT/N.sources, that names the same mirror and the same
# keyring.  usage: awk -v out=DIR -v type=deb|deb-src -v suite=NAME -v keyring=FILE -f ...
#
# The archive is an entry with the component "main" whose URI ends in /debian
# (cloud images: /debian.list), signed by Debian's keyring or by none of its own.
# That leaves out debian-security and third parties, which bring their own key.

FNR == 1 { flush_stanza() }

FILENAME ~ /\.sources$/ { read_deb822(); next }

$1 == "deb" || $1 == "deb-src" { read_one_line() }

END { flush_stanza() }

function read_deb822(    field) {
    if ($0 ~ /^[ \t]*$/) { flush_stanza(); return }
    if ($0 ~ /^#/) return
    if ($0 ~ /^[ \t]/) { value[last] = value[last] "\n" $0; return }
    field = tolower(substr($0, 1, index($0, ":") - 1))
    value[field] = substr($0, index($0, ":") + 1)
    sub(/^[ \t]*/, "", value[field])
    last = field
}

function flush_stanza(    uris, n, i) {
    if (value["enabled"] !~ /^(no|false|0)/ && has(value["components"], "main")) {
        n = split(value["uris"], uris)
        for (i = 1; i <= n; i++) candidate(uris[i], value["signed-by"])
    }
    split("", value)
}

function read_one_line(    line, options, key, parts) {
    line = $0
    sub(/#.*/, "", line)
    if (match(line, /\[[^]]*\]/)) {
        options = substr(line, RSTART + 1, RLENGTH - 2)
        line = substr(line, 1, RSTART - 1) substr(line, RSTART + RLENGTH)
        if (match(options, /signed-by=[^ \t]+/))
            key = substr(options, RSTART + 10, RLENGTH - 10)
    }
    split(line, parts)
    if (has(line, "main")) candidate(parts[2], key)
}

function has(list, word) { return (" " list " ") ~ ("[ \t\n]" word "[ \t\n]") }

function candidate(uri, key,    file) {
    if (uri !~ /\/debian(\.list)?\/?$/ || uri in seen) return
    if (key != "" && key !~ /debian-archive/ && key !~ /BEGIN PGP/) return
    if (key == "") key = keyring
    seen[uri] = 1
    file = out "/" ++count ".sources"
    print "Types: " type "\nURIs: " uri "\nSuites: " suite "\nComponents: main" > file
    if (key != "") print "Signed-By: " key > file
    close(file)
}
