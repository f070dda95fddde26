# Create, nothing to do, update, delete: in the order of dependencies, and back.
program
  a size=1
  b ref=a.id
plan
> create a: is new [new]
> create b: is new [new]
apply
>   call create a
>   call create b
> 2 done, 0 failed, 0 skipped, 0 not started.
plan
> no changes
state
> a: id=t-1 size=1
> b: id=t-2 ref=t-1
program
  a size=2
  b ref=a.id
plan
> update a: `size` changes [changed]
apply
>   call update a
> 1 done, 0 failed, 0 skipped, 0 not started.
program
  a size=2
apply
>   call delete b
> 1 done, 0 failed, 0 skipped, 0 not started.
plan destroy
> delete a: everything is to go [destroyed]
apply destroy
>   call delete a
> 1 done, 0 failed, 0 skipped, 0 not started.
state
