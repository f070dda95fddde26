# One fails; what depends on it is skipped, everything else goes on.
program
  a size=1
  b ref=a.id
  c ref=b.id
  d size=1
fail create b invalid
apply
>   call create a
>   call create d
>   call create b
>   failed  b: no luck
>   skipped  c: because of `b`
> 2 done, 1 failed, 1 skipped, 0 not started.
state
> a: id=t-1 size=1
> d: id=t-2 size=1
heal
plan
> create b: is new [new]
> create c: is new [new]
apply
>   call create b
>   call create c
> 2 done, 0 failed, 0 skipped, 0 not started.
plan
> no changes
