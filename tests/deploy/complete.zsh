# In an interactive zsh: Tab tells to $NOROSHI_RESULTS what the line would be completed to, a line each, then "=".
fpath=($NOROSHI_FUNCTIONS $fpath)
autoload -Uz compinit
compinit -u -D
exec 3>$NOROSHI_RESULTS

compadd() {
  # Calls that only fill arrays are steps on the way.
  if [[ ${@[1,(i)(-|--)]} == *-(O|A|D)\ * ]]; then
    builtin compadd "$@"
    return
  fi
  local -a offered
  builtin compadd -A offered "$@"
  ((${#offered})) && print -rl -u3 -- $offered
  builtin compadd "$@"
}

tell() {
  _main_complete
  compstate[insert]= compstate[list]=
  print -u3 =
}
zle -C tell list-choices tell
bindkey '^I' tell
print -u3 =
