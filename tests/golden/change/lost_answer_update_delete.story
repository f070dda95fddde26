program
  a size=1
  b size=1
apply
>   call create a
>   call create b
> 2 done, 0 failed, 0 skipped, 0 not started.
program
  a size=2
fail update a none lost
fail delete b none lost
apply
>   call update a
>   call delete b
>   unknown  a: the provider is gone
>   unknown  b: the provider is gone
> 0 done, 0 failed, 0 skipped, 0 not started, 2 unknown: the next run finds out what became of them.
state
> a: id=t-1 size=1
> b: id=t-2 size=1
> open: update a
> open: delete b
heal
recover
> a was changed
> b is gone
state
> a: id=t-1 size=2
plan
> no changes
