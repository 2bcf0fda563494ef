# Completion of pxectl for fish. Into ~/.config/fish/completions/pxectl.fish: pxectl completions fish | source
function __pxectl_complete
    set -l before (commandline --tokenize --current-process --cut-at-cursor)
    set -l current (commandline --current-token --cut-at-cursor)
    command pxectl __complete fish -- $before "$current" 2>/dev/null
end
complete --command pxectl --no-files --keep-order --arguments '(__pxectl_complete)'
