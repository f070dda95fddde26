# Absent, ours already, or not declared.
program
  a size=1
  adopt a x-9
plan
> error: there is no `x-9` to adopt; while planning `a`
program
  a size=1
apply
>   call create a
> 1 done, 0 failed, 0 skipped, 0 not started.
program
  a size=1
  b size=1
  adopt b t-1
plan
> error: `t-1` cannot be adopted: it is `a` already; while planning `b`
program
  a size=1
  adopt z t-1
plan
> refused: `z` is to be adopted, and is not declared; declare the resource first
