# Three levels; the new object is there before the old one goes, which waits until
# everything has moved over.
program
  a kind=x cbd
  b kind=x ref=a.id cbd
  c ref=b.id
apply
>   call create a
>   call create b
>   call create c
> 3 done, 0 failed, 0 skipped, 0 not started.
program
  a kind=y cbd
  b kind=y ref=a.id cbd
  c ref=b.id
plan
> replace a: `kind` cannot change on the existing object [forced]
> replace b: `kind` cannot change on the existing object [forced]
> update c: `ref` changes [changed]
apply
>   call create a
>   call create b
>   call update c
>   call delete b
>   call delete a
> 3 done, 0 failed, 0 skipped, 0 not started.
state
> a: id=t-4 kind=y
> b: id=t-5 kind=y ref=t-4
> c: id=t-3 ref=t-5
plan
> no changes
