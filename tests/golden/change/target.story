# One, with what it depends on; what it does not need is not looked at.
program
  a size=1
  b ref=a.id
  c size=1
plan target=b
> create a: is new [new]
> create b: is new [new]
> note: this plan is partial: what was not chosen may differ from the program
apply target=b
>   call create a
>   call create b
> 2 done, 0 failed, 0 skipped, 0 not started.
state
> a: id=t-1 size=1
> b: id=t-2 ref=t-1
plan target=zz
> refused: `zz` is neither in the program nor in the state
