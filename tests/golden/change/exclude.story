# All but one and what depends on it.
program
  a size=1
  b ref=a.id
  c size=1
plan exclude=a
> create c: is new [new]
> note: this plan is partial: what was not chosen may differ from the program
apply exclude=a
>   call create c
> 1 done, 0 failed, 0 skipped, 0 not started.
state
> c: id=t-1 size=1
plan target=a exclude=c
> refused: name targets or excludes, not both
