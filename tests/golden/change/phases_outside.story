# What configures the provider changes in place, and what the provider made stays, as far as can
# be told. Outside of what was approved nothing of the phase is touched; the next plan says it.
program
  b
  c
  a ref=b.id
  provider inner at=a.ref
  r in=inner size=1
  s in=inner
  y ref=r.id
apply
>   phase 1 begins: inner
>   call create b
>   call create c
>   call create a
>   call configure inner at t-1
>   call inner create r
>   call inner create s
>   call create y
> 6 done, 0 failed, 0 skipped, 0 not started.
program
  b
  c
  a ref=c.id
  provider inner at=a.ref
  r in=inner size=1
  s in=inner size=2
  y ref=s.id size=3
world set t-1/inner-1.size=9
plan
> update a: `ref` changes [changed]
> replace s: `size` changes, perhaps by a new object [changed] in phase 1 at most
> update y: `ref`, `size` change [changed] in phase 1
> phase 1: inner after a
apply
>   call update a
>   call configure inner at t-2
>   stopped  phase 1 (provider `inner`): `r` would be changed (`size` changes), and what was approved is that it may stay as it is; nothing of it was touched, plan again
>   skipped  s: because of `phase 1`
>   skipped  y: because of `phase 1`
> 1 done, 0 failed, 2 skipped, 0 not started.
plan
> update r: `size` changes [changed]
> update s: `size` changes [changed]
> update y: `ref`, `size` change [changed]
apply
>   call inner update r
>   call inner update s
>   call update y
> 3 done, 0 failed, 0 skipped, 0 not started.
plan
> no changes
# The provider cannot be configured: all of its objects are accounted for.
program
  b
  c
  d
  a ref=d.id
  provider inner at=a.ref
  r in=inner size=5
  s in=inner size=2
  y ref=s.id size=3
world delete t-2
plan
> create c: is gone and made again [gone]
> create d: is new [new]
> update a: `ref` changes [changed]
> replace r: `size` changes, perhaps by a new object [changed] in phase 1 at most
> phase 1: inner after a
fail create d invalid
apply
>   call create c
>   call create d
>   failed  d: no luck
>   skipped  a: because of `d`
>   skipped  r: because of `d`
> 1 done, 1 failed, 2 skipped, 0 not started.
heal
apply
>   phase 1 begins: inner
>   call create d
>   call update a
>   call configure inner at t-6
>   call inner update r
> 3 done, 0 failed, 0 skipped, 0 not started.
plan
> no changes
