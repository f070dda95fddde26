# The same object under another address, and what leans on it.
program
  a size=1
  b ref=a.id
apply
>   call create a
>   call create b
> 2 done, 0 failed, 0 skipped, 0 not started.
program
  x name=a size=1
  b ref=x.id
  moved a x
plan
> no-op x: has another address [none] moved from a
apply
> 1 done, 0 failed, 0 skipped, 0 not started.
state
> b: id=t-2 ref=t-1
> x: id=t-1 size=1
plan
> no changes
