# Half made: replaced next time.
program
  a size=1
  b ref=a.id
fail create a none half
apply
>   call create a
>   failed  a: half made
>   skipped  b: because of `a`
> 0 done, 1 failed, 1 skipped, 0 not started.
state
> a: id=t-1 size=1 tainted
heal
plan
> replace a: its creation failed half way [tainted]
> create b: is new [new]
apply
>   call delete a
>   call create a
>   call create b
> 2 done, 0 failed, 0 skipped, 0 not started.
state
> a: id=t-2 size=1
> b: id=t-3 ref=t-2
