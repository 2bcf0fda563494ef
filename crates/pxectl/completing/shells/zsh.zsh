#compdef pxectl
# Completion of pxectl for zsh. From ~/.zshrc, after compinit: source <(pxectl completions zsh)
_pxectl() {
    local line tab=$'\t'
    local -a values displays folders
    while IFS= read -r line; do
        if [[ $line == *[=/] ]]; then
            folders+=("$line")
        else
            values+=("${line%%$tab*}")
            displays+=("${line/$tab/  -- }")
        fi
    done < <(command pxectl __complete zsh -- "${(@Q)words[1,CURRENT-1]}" "${(Q)PREFIX}" 2>/dev/null)
    local found=1
    (( $#folders )) && compadd -S '' -a -- folders && found=0
    (( $#values )) && compadd -l -d displays -a -- values && found=0
    return found
}
if [[ ${funcstack[1]-} == _pxectl ]]; then _pxectl "$@"; else compdef _pxectl pxectl; fi
