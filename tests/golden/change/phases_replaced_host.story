# What configures a provider is made anew: of what the provider made the most that may come of it
# is approved, and it is asked once it can be.
program
  a kind=x
  b
  provider inner at=a.id
  r in=inner size=1
  s in=inner size=1
  t in=inner size=1
  u in=inner needs=r ref=r.id
  x ref=r.id
apply
>   phase 1 begins: inner
>   call create a
>   call create b
>   call configure inner at t-1
>   call inner create r
>   call inner create s
>   call inner create t
>   call inner create u
>   call create x
> 7 done, 0 failed, 0 skipped, 0 not started.
program
  a kind=y
  b
  provider inner at=a.id
  r in=inner size=1
  s in=inner size=2
  u in=inner needs=r ref=r.id
  v in=inner
  x ref=r.id
plan
> replace a: `kind` cannot change on the existing object [forced]
> create r: is made again if it has gone with the old one [gone] in phase 1 at most
> replace s: `size` changes, perhaps by a new object [changed] in phase 1 at most
> replace u: `ref` changes, perhaps by a new object [changed] in phase 1 at most
> create v: is new [new] in phase 1 at most
> update x: `ref` changes [changed] in phase 1
> delete t: is no longer in the program [removed] in phase 1 at most
> phase 1: inner after a
apply
>   phase 1 begins: inner
>   call delete a
>   call create a
>   call configure inner at t-4
>   call inner create r
>   call inner create v
>   call update x
>   call inner create s
>   call inner create u
> 7 done, 0 failed, 0 skipped, 0 not started.
state
> a: id=t-4 kind=y
> b: id=t-2
> r: id=t-4/inner-5 size=1
> s: id=t-4/inner-7 size=2
> u: id=t-4/inner-8 ref=t-4/inner-5
> v: id=t-4/inner-6
> x: id=t-3 ref=t-4/inner-5
plan
> no changes
