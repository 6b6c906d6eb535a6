# Keeps a record of the supervised processes, read by scripts/processes.py: a file for
# each with the process's number and, where there is /proc, the tick it started at.
# Each process leads a process group, whose number is the process's own.

record() {
    file="$VODLOOM_RUN/processes/$1"
    end_leftovers "$file"
    echo "$$ $(started_at)" >"$file"
}

# A predecessor that was killed may have left children: they hold its group together.
end_leftovers() {
    if [ -f "$1" ]; then
        read -r old _ <"$1"
        if ! kill -0 "$old" 2>/dev/null; then
            kill -s KILL -- "-$old" 2>/dev/null || true
        fi
    fi
}

started_at() {
    if [ -r "/proc/$$/stat" ]; then
        # The second field is the command's name: a shell's, which has no space.
        read -r line <"/proc/$$/stat"
        set -- $line
        shift 21
        echo "$1"
    else
        echo 0
    fi
}
