# bash completion for atom(1). Asks the program itself for its commands and options, so it knows what this version knows; names stand in the
# workspace's own files, and ids in its ledger.

# What the files of a folder of the workspace declare: _atom_names export jobs
_atom_names() { sed -n "s/^ *$1 *= *\"\([^\"]*\)\".*/\1/p" "$workspace/$2"/*.toml 2>/dev/null; }

# Ids of files of a status, of exports too for release.
_atom_ids() { "$program" -C "$workspace" files --status "$1" 2>/dev/null | cut -f 1 | sed 1d; }

# The words that may stand where the cursor is: after an option, else as an argument; nothing = names of files.
_atom_words()
{
    case $command:$before in
        *:--job) _atom_names job jobs ;;
        *:--layout) _atom_names layout layouts ;;
        files:--status) echo seen fetching waiting held running interrupted done failed duplicate unmatched removed ;;
        help:*) "$program" --help | sed -n 's/^  \([a-z][a-z-]*\) .*/\1/p' ;;
        export:*) _atom_names export jobs ;;
        report:report) _atom_names report jobs ;;
        token:token) echo add list revoke ;;
        retry:*) _atom_ids failed ;;
        approve:*) _atom_ids held ;;
        release:*) _atom_ids waiting && _atom_names export jobs ;;
        *) return 1 ;;
    esac
}

_atom()
{
    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} command='' first='' program=${COMP_WORDS[0]} i words
    local workspace=${ATOM_HOME:-.}
    for ((i = 1; i < COMP_CWORD; i++)); do
        case ${COMP_WORDS[i]} in
            -C | --workspace) workspace=${COMP_WORDS[++i]} ;;
            -*) ;;
            *)
                if [ -z "$command" ]; then command=${COMP_WORDS[i]}; else first=${first:-${COMP_WORDS[i]}}; fi
                ;;
        esac
    done
    case $before in
        -C | --workspace)
            mapfile -t COMPREPLY < <(compgen -d -- "$word")
            return
            ;;
    esac
    if [ -z "$command" ]; then
        mapfile -t COMPREPLY < <(compgen -W "$("$program" --help | sed -n 's/^  \([a-z][a-z-]*\) .*/\1/p')" -- "$word")
    elif [ "${word:0:1}" = - ]; then # of a report its parameters, too
        words=$(cd "$workspace" && "$program" "$command" ${first:+"$first"} --help 2>/dev/null || "$program" "$command" --help)
        words=$(sed -n 's/^  \(-[A-Za-z] \[ \)\?\(--[a-z][a-z_-]*\).*/\2/p' <<< "$words")
        mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
    elif words=$(_atom_words); then
        mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
    else
        mapfile -t COMPREPLY < <(compgen -f -- "$word")
    fi
}
complete -o filenames -F _atom atom
