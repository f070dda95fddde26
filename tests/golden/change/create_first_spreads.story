# b must be there before its old object goes, so the object it needs must be as well.
program
  a kind=x
  b kind=x ref=a.id cbd
apply
>   call create a
>   call create b
> 2 done, 0 failed, 0 skipped, 0 not started.
program
  a kind=y
  b kind=y ref=a.id cbd
apply
>   call create a
>   call create b
>   call delete b
>   call delete a
> 2 done, 0 failed, 0 skipped, 0 not started.
state
> a: id=t-3 kind=y
> b: id=t-4 kind=y ref=t-3
