# The old object goes first; what leans on it follows the new one.
program
  a kind=x
  b ref=a.id
  c ref=b.id
apply
>   call create a
>   call create b
>   call create c
> 3 done, 0 failed, 0 skipped, 0 not started.
program
  a kind=y
  b ref=a.id
  c ref=b.id
plan
> replace a: `kind` cannot change on the existing object [forced]
> update b: `ref` changes [changed]
apply
>   call delete a
>   call create a
>   call update b
> 2 done, 0 failed, 0 skipped, 0 not started.
state
> a: id=t-4 kind=y
> b: id=t-2 ref=t-4
> c: id=t-3 ref=t-2
plan
> no changes
