# Where the old address is still in use, or the new one has an object.
program
  a size=1
  b size=2
apply
>   call create a
>   call create b
> 2 done, 0 failed, 0 skipped, 0 not started.
program
  a size=1
  b size=2
  moved a c
plan
> refused: `a` is said to have moved to `c`, and is still in the program
program
  b size=2
  moved a b
plan
> refused: `a` cannot move to `b`, which has an object of its own
