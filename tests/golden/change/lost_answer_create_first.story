# Cut off while the replacement was made beside the old object.
program
  a kind=x cbd
apply
>   call create a
> 1 done, 0 failed, 0 skipped, 0 not started.
program
  a kind=y cbd
fail create a none lost
apply
>   call create a
>   unknown  a: the provider is gone
> 0 done, 0 failed, 0 skipped, 0 not started, 1 unknown: the next run finds out what became of it.
state
> a: id=t-1 kind=x
> open: create a
> nobody's: t-2 id=t-2 kind=y
heal
recover
> a was made
state
> a: id=t-2 kind=y unready
>   deposed 1: id=t-1 kind=x
plan
> delete a (deposed 1): its replacement is there [deposed]
apply
>   call delete a
> 1 done, 0 failed, 0 skipped, 0 not started.
state
> a: id=t-2 kind=y
