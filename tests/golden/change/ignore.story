# The configured value counts on creation only.
program
  a size=1 ignore=size
apply
>   call create a
> 1 done, 0 failed, 0 skipped, 0 not started.
program
  a size=2 ignore=size
plan
> no changes
program
  a size=2
plan
> update a: `size` changes [changed]
