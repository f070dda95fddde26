# The state moved since the plan was made.
program
  a size=1
apply stale
> refused: the state moved since the plan was made, from serial 0 to 1; plan again
