# Reads an ed script and writes its addresses, one a line: LINE, tab, REGEX.
# With -v before=N it writes instead the text that commands above line N put in.
# What a graft script may not hold is written as LINE, tab, "!", a message.
#
# A command is [ADDRESS[,ADDRESS]]COMMAND with COMMAND one of a i c d s, and an
# ADDRESS is /^regex/ with an optional +N or -N. Anything else could act on a
# line that nobody named.

text {
    if ($0 == ".") text = 0
    else if (before && NR < before) print
    next
}

{
    rest = $0
    found = 0
    if (!address()) next
    if (rest ~ /^,/) {
        rest = substr(rest, 2)
        if (!address()) next
    }
    if (rest ~ /^[aic]$/) { text = 1; start = NR }
    else if (rest ~ /^s[^ \\]/) { if (rest ~ /\\$/) bad("s may not go on in the next line") }
    else if (rest != "d") bad("only the commands a, i, c, d and s may stand here: \"" rest "\"")
}

END {
    if (text) { NR = start; bad("the text of this command does not end with a \".\"") }
}

# Takes one address off the front of rest.
function address(    end) {
    if (rest !~ /^\/\^/) { bad("an address must be an anchored regular expression, /^.../"); return 0 }
    end = closing(rest)
    if (!end) { bad("this address does not end with \"/\""); return 0 }
    if (!before) print NR "\t" substr(rest, 2, end - 2)
    rest = substr(rest, end + 1)
    sub(/^[+-][0-9]+/, "", rest)
    return 1
}

# The position of the first "/" after the opening one that is not escaped.
function closing(string,    i, c) {
    for (i = 2; i <= length(string); i++) {
        c = substr(string, i, 1)
        if (c == "\\") i++
        else if (c == "/") return i
    }
    return 0
}

function bad(message) { if (!before) print NR "\t!" message }
