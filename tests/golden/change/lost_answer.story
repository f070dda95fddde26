# The call was carried out and nobody heard of it: found by its tag, not made twice.
program
  a size=1
  b ref=a.id
fail create a none lost
apply
>   call create a
>   unknown  a: the provider is gone
>   skipped  b: because of `a`
> 0 done, 0 failed, 1 skipped, 0 not started, 1 unknown: the next run finds out what became of it.
state
> open: create a
> nobody's: t-1 id=t-1 size=1
heal
plan
> refused: a call for `a` was cut off; its outcome must be found out first
recover
> a was made
plan
> create b: is new [new]
state
> a: id=t-1 size=1 unready
apply
>   call create b
> 1 done, 0 failed, 0 skipped, 0 not started.
state
> a: id=t-1 size=1
> b: id=t-2 ref=t-1
plan
> no changes
