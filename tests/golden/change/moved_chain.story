# Moves in a row, the old statements still there.
program
  a size=1
apply
>   call create a
> 1 done, 0 failed, 0 skipped, 0 not started.
program
  c name=a size=1
  moved a b
  moved b c
plan
> no-op c: has another address [none] moved from a
apply
> 1 done, 0 failed, 0 skipped, 0 not started.
state
> c: id=t-1 size=1
plan
> no changes
