# Deleted by somebody else: made again, or nothing to do when it was to go.
program
  a size=1
  b size=1
apply
>   call create a
>   call create b
> 2 done, 0 failed, 0 skipped, 0 not started.
world delete t-1
plan
> create a: is gone and made again [gone]
apply
>   call create a
> 1 done, 0 failed, 0 skipped, 0 not started.
state
> a: id=t-3 size=1
> b: id=t-2 size=1
world delete t-2
program
  a size=1
plan
> forget b: is already gone [gone]
apply
> 1 done, 0 failed, 0 skipped, 0 not started.
state
> a: id=t-3 size=1
