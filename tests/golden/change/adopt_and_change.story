world make x-1 name=a size=1
program
  a size=2
  adopt a x-1
plan
> update a: `size` changes [changed] adopts x-1
apply
>   call update a
> 1 done, 0 failed, 0 skipped, 0 not started.
state
> a: id=x-1 size=2
