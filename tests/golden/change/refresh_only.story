# Only the state is brought up to date.
program
  a size=1
  b size=1
apply
>   call create a
>   call create b
> 2 done, 0 failed, 0 skipped, 0 not started.
world set t-1.size=5
world delete t-2
plan refresh-only
> refresh a: `size` changes in the state [drifted]
> forget b: is gone [gone]
apply refresh-only
> 2 done, 0 failed, 0 skipped, 0 not started.
state
> a: id=t-1 size=5
plan
> update a: `size` changes [changed]
> create b: is new [new]
