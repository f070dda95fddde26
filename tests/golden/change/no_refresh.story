# The state is believed.
program
  a size=1
apply
>   call create a
> 1 done, 0 failed, 0 skipped, 0 not started.
world set t-1.size=5
plan no-refresh
> no changes
plan
> update a: `size` changes [changed]
