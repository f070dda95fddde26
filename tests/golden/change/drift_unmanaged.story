# What the program leaves out is nothing: an attribute that somebody else set goes back; what
# the provider decides is nobody's drift.
program
  a size=1
apply
>   call create a
> 1 done, 0 failed, 0 skipped, 0 not started.
world set t-1.status=up
plan
> no changes
world set t-1.ref=else
plan
> update a: `ref` changes [changed]
