# What others changed: set back, accepted, ignored, alerted.
program
  a size=1
  b size=1 drift=size:accept
  c size=1 drift=size:ignore
  d size=1 drift=size:alert
apply
>   call create a
>   call create b
>   call create c
>   call create d
> 4 done, 0 failed, 0 skipped, 0 not started.
world set t-1.size=9
world set t-2.size=9
world set t-3.size=9
world set t-4.size=9
plan
> update a: `size` changes [changed]
> note: `size` of `b` was changed by somebody else, which is accepted
> note: alert: `size` of `d` was changed by somebody else
apply
>   call update a
> 1 done, 0 failed, 0 skipped, 0 not started.
state
> a: id=t-1 size=1
> b: id=t-2 size=9
> c: id=t-3 size=9
> d: id=t-4 size=9
# It stays what it is, as long as the program says the same; the alert comes with every plan.
plan
> note: `size` of `b` was changed by somebody else, which is accepted
> note: alert: `size` of `d` was changed by somebody else
> no changes
program
  a size=1
  b size=2 drift=size:accept
  c size=1 drift=size:ignore
  d size=1
plan
> update b: `size` changes [changed]
> update d: `size` changes [changed]
apply
>   call update b
>   call update d
> 2 done, 0 failed, 0 skipped, 0 not started.
plan
> no changes
state
> a: id=t-1 size=1
> b: id=t-2 size=2
> c: id=t-3 size=9
> d: id=t-4 size=1
