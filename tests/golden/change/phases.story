# A provider configured by what the program makes: planned as a phase of its own, with the most
# that it may come to, and carried out in one go.
program
  a size=1
  provider inner at=a.id
  r in=inner size=2
  s in=inner ref=r.id
  x ref=s.id
plan
> create a: is new [new]
> create r: is new [new] in phase 1 at most
> create s: is new [new] in phase 1 at most
> create x: is new [new] in phase 1
> phase 1: inner after a
plan shown
>    + sim.thing  a  (is new)
>         name = "a"
>         size = "1"
>         # known after phase 0: id, status
> 
> Phase 1, after a: provider `inner` can be asked; at most 2 to add, 0 to change, 0 to destroy
>    + inner.thing  r  (is new)
>         name = "r"
>         size = "2"
>         # known after phase 1: id, status
>    + inner.thing  s  (is new)
>         name = "s"
>         ref = (known after phase 1)
>         # known after phase 1: id, status
>    + sim.thing  x  (is new)
>         name = "x"
>         ref = (known after phase 1)
>         # known after phase 1: id, status
> 
> Plan: at most 4 to add, 0 to change, 0 to destroy.
apply
>   phase 1 begins: inner
>   call create a
>   call configure inner at t-1
>   call inner create r
>   call inner create s
>   call create x
> 4 done, 0 failed, 0 skipped, 0 not started.
state
> a: id=t-1 size=1
> r: id=t-1/inner-1 size=2
> s: id=t-1/inner-2 ref=t-1/inner-1
> x: id=t-2 ref=t-1/inner-2
plan
> no changes
program
  a size=2
  provider inner at=a.id
  r in=inner size=3
  s in=inner ref=r.id
  x ref=s.id
plan
> update a: `size` changes [changed]
> update r: `size` changes [changed]
apply saved
>   call update a
>   call inner update r
> 2 done, 0 failed, 0 skipped, 0 not started.
plan
> no changes
plan destroy
> delete a: everything is to go [destroyed]
> delete r: everything is to go [destroyed]
> delete s: everything is to go [destroyed]
> delete x: everything is to go [destroyed]
apply destroy
>   call delete x
>   call inner delete s
>   call inner delete r
>   call delete a
> 4 done, 0 failed, 0 skipped, 0 not started.
state
