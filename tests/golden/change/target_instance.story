# One instance, exactly: `x[1]` is not `x[10]`, and not the rest of `x`.
program
  x[0] size=1
  x[1] size=1
  x[10] size=1
plan target=x[1]
> create x[1]: is new [new]
> note: this plan is partial: what was not chosen may differ from the program
apply target=x[1]
>   call create x[1]
> 1 done, 0 failed, 0 skipped, 0 not started.
state
> x[1]: id=t-1 size=1
plan target=x
> create x[0]: is new [new]
> create x[10]: is new [new]
> note: this plan is partial: what was not chosen may differ from the program
program
  x[0] size=1
  x[10] size=1
plan target=x[1]
> delete x[1]: is no longer in the program [removed]
> note: this plan is partial: what was not chosen may differ from the program
plan exclude=x[1]
> create x[0]: is new [new]
> create x[10]: is new [new]
> note: this plan is partial: what was not chosen may differ from the program
