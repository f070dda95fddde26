# Phase after phase: each provider waits for what the one before it makes.
program
  a
  provider inner at=a.id
  r in=inner
  provider deep at=r.id
  d in=deep
  e in=deep ref=d.id
plan
> create a: is new [new]
> create r: is new [new] in phase 1 at most
> create d: is new [new] in phase 2 at most
> create e: is new [new] in phase 2 at most
> phase 1: inner after a
> phase 2: deep after r
apply
>   phase 1 begins: inner
>   phase 2 begins: deep
>   call create a
>   call configure inner at t-1
>   call inner create r
>   call configure deep at t-1/inner-1
>   call deep create d
>   call deep create e
> 4 done, 0 failed, 0 skipped, 0 not started.
plan
> no changes
plan destroy
> delete a: everything is to go [destroyed]
> delete d: everything is to go [destroyed]
> delete e: everything is to go [destroyed]
> delete r: everything is to go [destroyed]
apply destroy
>   call deep delete e
>   call deep delete d
>   call inner delete r
>   call delete a
> 4 done, 0 failed, 0 skipped, 0 not started.
state
