# The record goes, the object stays.
program
  a size=1 retain
  b size=1
apply
>   call create a
>   call create b
> 2 done, 0 failed, 0 skipped, 0 not started.
program
  forget b
plan
> forget a: is retained; the object stays [given]
> forget b: is given up by the program; the object stays [given]
apply
> 2 done, 0 failed, 0 skipped, 0 not started.
state
> nobody's: t-1 id=t-1 size=1
> nobody's: t-2 id=t-2 size=1
program
  b
  forget b
plan
> refused: `b` is to be forgotten, and is still in the program
