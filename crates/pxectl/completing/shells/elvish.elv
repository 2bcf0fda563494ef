# Completion of pxectl for Elvish. From ~/.config/elvish/rc.elv: eval (pxectl completions elvish | slurp)
set edit:completion:arg-completer[pxectl] = {|@words|
    e:pxectl __complete elvish -- $@words 2>/dev/null | from-lines
}
