# What configures the provider fails: what waits for it is skipped, the rest goes on.
program
  a
  b
  provider inner at=a.id
  r in=inner ref=b.id
  s in=inner ref=r.id
  y
fail create a invalid
apply
>   call create a
>   call create b
>   call create y
>   failed  a: no luck
>   skipped  r: because of `a`
>   skipped  s: because of `a`
> 2 done, 1 failed, 2 skipped, 0 not started.
state
> b: id=t-1
> y: id=t-2
# It is there, and something of the phase fails.
heal
fail create r invalid
apply
>   phase 1 begins: inner
>   call create a
>   call configure inner at t-3
>   call inner create r
>   failed  r: no luck
>   skipped  s: because of `r`
> 1 done, 1 failed, 1 skipped, 0 not started.
state
> a: id=t-3
> b: id=t-1
> y: id=t-2
heal
apply
>   call inner create r
>   call inner create s
> 2 done, 0 failed, 0 skipped, 0 not started.
plan
> no changes
