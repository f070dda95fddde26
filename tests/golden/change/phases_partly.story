# Parts of a plan with phases, without refresh, and the refresh alone.
program
  a
  b
  provider inner at=a.id
  r in=inner size=1
  s in=inner ref=r.id
plan refresh-only
> no changes
plan exclude=a
> create b: is new [new]
> note: this plan is partial: what was not chosen may differ from the program
plan target=s
> create a: is new [new]
> create r: is new [new] in phase 1 at most
> create s: is new [new] in phase 1 at most
> phase 1: inner after a
> note: this plan is partial: what was not chosen may differ from the program
apply target=r
>   phase 1 begins: inner
>   call create a
>   call configure inner at t-1
>   call inner create r
> 2 done, 0 failed, 0 skipped, 0 not started.
plan no-refresh
> create b: is new [new]
> create s: is new [new]
apply no-refresh
>   call create b
>   call inner create s
> 2 done, 0 failed, 0 skipped, 0 not started.
world set t-1/inner-1.size=9
plan refresh-only
> refresh r: `size` changes in the state [drifted]
apply refresh-only
> 1 done, 0 failed, 0 skipped, 0 not started.
# Its host has gone: what was inside is made again, with it.
world delete t-1
plan
> create a: is gone and made again [gone]
> replace r: `size` changes, perhaps by a new object [changed] in phase 1 at most
> replace s: `ref` changes, perhaps by a new object [changed] in phase 1 at most
> phase 1: inner after a
plan refresh-only
> forget a: is gone [gone]
> note: what provider `inner` has made is not looked at: `a`, which configures it, is not there
apply
>   phase 1 begins: inner
>   call create a
>   call configure inner at t-3
>   call inner create r
>   call inner create s
> 3 done, 0 failed, 0 skipped, 0 not started.
plan
> no changes
# What it says of its host is not known any more.
apply target=a destroy
>   call inner delete s
>   call inner delete r
>   call delete a
> 3 done, 0 failed, 0 skipped, 0 not started.
plan destroy
> delete b: everything is to go [destroyed]
# The program has nothing of the provider any more, which is asked for what it made.
program
  a
  provider inner at=a.id
  r in=inner
  s in=inner
apply
>   phase 1 begins: inner
>   call create a
>   call delete b
>   call configure inner at t-4
>   call inner create r
>   call inner create s
> 4 done, 0 failed, 0 skipped, 0 not started.
program
  a
  b
  c
  provider inner at=a.id
plan
> create b: is new [new]
> create c: is new [new]
> delete r: is no longer in the program [removed]
> delete s: is no longer in the program [removed]
apply
>   call create b
>   call create c
>   call inner delete r
>   call inner delete s
> 4 done, 0 failed, 0 skipped, 0 not started.
state
> a: id=t-4
> b: id=t-5
> c: id=t-6
