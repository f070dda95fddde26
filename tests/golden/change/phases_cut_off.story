# A call of a phase is cut off: what became of it is found out by the provider as the state
# configures it, and the next run goes on where that one ended.
program
  a
  provider inner at=a.id
  r in=inner
  s in=inner ref=r.id
fail create r transient lost
apply
>   phase 1 begins: inner
>   call create a
>   call configure inner at t-1
>   call inner create r
>   unknown  r: the provider is gone
>   skipped  s: because of `r`
> 1 done, 0 failed, 1 skipped, 0 not started, 1 unknown: the next run finds out what became of it.
state
> a: id=t-1
> open: create r
> nobody's: t-1/inner-1 id=t-1/inner-1
recover
> r was made
state
> a: id=t-1
> r: id=t-1/inner-1 unready
plan
> create s: is new [new]
apply
>   call inner create s
> 1 done, 0 failed, 0 skipped, 0 not started.
# The state is away.
program
  a kind=x
  provider inner at=a.id
  r in=inner
  s in=inner ref=r.id
store away
apply
>   failed  a: the state's server is away
>   skipped  r: because of `a`
>   skipped  s: because of `a`
> 0 done, 1 failed, 2 skipped, 0 not started.
store back
recover
state
> a: id=t-1
> r: id=t-1/inner-1
> s: id=t-1/inner-2 ref=t-1/inner-1
apply
>   phase 1 begins: inner
>   call delete a
>   call create a
>   call configure inner at t-2
>   call inner create r
>   call inner create s
> 3 done, 0 failed, 0 skipped, 0 not started.
plan
> no changes
# What it is in has gone meanwhile: nobody can find anything out.
program
  a kind=x
  provider inner at=a.id
  r in=inner size=2
  s in=inner ref=r.id
fail update r transient lost
apply
>   call inner update r
>   unknown  r: the provider is gone
> 0 done, 0 failed, 0 skipped, 0 not started, 1 unknown: the next run finds out what became of it.
world delete t-2
recover
> refused: it is not configured, or its host is gone; if nothing came of it, pass --not-made r; while finding out what became of `r`
recover not-made=r
> r was left as the state has it
plan destroy
> forget a: is already gone [gone]
> error: its provider `inner` is configured by `a`, which is gone; if the object went with it, `sprint state rm` it; while planning `r`
> error: its provider `inner` is configured by `a`, which is gone; if the object went with it, `sprint state rm` it; while planning `s`
plan
> create a: is gone and made again [gone]
> replace r: `size` changes, perhaps by a new object [changed] in phase 1 at most
> replace s: `ref` changes, perhaps by a new object [changed] in phase 1 at most
> phase 1: inner after a
apply
>   phase 1 begins: inner
>   call create a
>   call configure inner at t-3
>   call inner create r
>   call inner create s
> 3 done, 0 failed, 0 skipped, 0 not started.
plan
> no changes
