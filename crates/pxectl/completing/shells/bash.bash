# Completion of pxectl for bash. From ~/.bashrc: source <(pxectl completions bash)
_pxectl_complete() {
    local candidate
    COMPREPLY=()
    # The whole line goes there, and not bash's words: those break at each colon of a MAC address.
    while IFS= read -r candidate; do
        COMPREPLY+=("$candidate")
    done < <(command pxectl __complete bash -- "${COMP_LINE:0:COMP_POINT}" "$COMP_WORDBREAKS" 2>/dev/null)
    if [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *[=/] ]]; then
        compopt -o nospace 2>/dev/null
    fi
}
complete -o nosort -F _pxectl_complete pxectl 2>/dev/null || complete -F _pxectl_complete pxectl
