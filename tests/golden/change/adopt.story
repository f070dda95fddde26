# An object that exists becomes ours; with nothing to change it only enters the state.
world make x-1 name=a size=1
program
  a size=1
  adopt a x-1
plan
> no-op a: is adopted as it is [none] adopts x-1
apply
> 1 done, 0 failed, 0 skipped, 0 not started.
state
> a: id=x-1 size=1
plan
> no changes
