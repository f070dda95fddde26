# What configures the provider changes in place, and what the provider made stays, as far as can
# be told. Outside of what was approved nothing of the phase is touched; the next plan says it.
program
  b
  a size=1
  provider inner at=b.id token=a.size
  r in=inner size=1
  s in=inner
  y ref=r.id
apply
>   phase 1 begins: inner
>   call create b
>   call create a
>   call configure inner at t-1
>   call inner create r
>   call inner create s
>   call create y
> 5 done, 0 failed, 0 skipped, 0 not started.
program
  b
  a size=2
  provider inner at=b.id token=a.size
  r in=inner size=1
  s in=inner size=2
  y ref=s.id size=3
world set t-1/inner-1.size=9
plan
> update a: `size` changes [changed]
> replace s: `size` changes, perhaps by a new object [changed] in phase 1 at most
> update y: `ref`, `size` change [changed] in phase 1
> phase 1: inner after a b
apply
>   call update a
>   call configure inner at t-1
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
# What configures it fails, or it has gone and is made again.
program
  b
  a size=3
  provider inner at=b.id token=a.size
  r in=inner size=5
  s in=inner size=2
  y ref=s.id size=3
world delete t-1
plan
> create b: is gone and made again [gone]
> update a: `size` changes [changed]
> replace r: `size` changes, perhaps by a new object [changed] in phase 1 at most
> create s: is made again if it has gone with the old one [gone] in phase 1 at most
> update y: `ref` changes [changed] in phase 1
> phase 1: inner after a b
fail update a invalid
apply
>   call create b
>   call update a
>   failed  a: no luck
>   skipped  r: because of `a`
>   skipped  s: because of `a`
>   skipped  y: because of `a`
> 1 done, 1 failed, 3 skipped, 0 not started.
heal
apply
>   call update a
>   call configure inner at t-4
>   stopped  phase 1 (provider `inner`): `s` would be made (is gone and made again), and what was approved is that it may stay as it is; nothing of it was touched, plan again
>   skipped  r: because of `phase 1`
> 1 done, 0 failed, 1 skipped, 0 not started.
plan
> create r: is gone and made again [gone]
> create s: is gone and made again [gone]
> update y: `ref` changes [changed]
