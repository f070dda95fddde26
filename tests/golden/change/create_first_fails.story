# The new object cannot be made: the old one stays as it is.
program
  a kind=x cbd
apply
>   call create a
> 1 done, 0 failed, 0 skipped, 0 not started.
program
  a kind=y cbd
fail create a invalid
apply
>   call create a
>   failed  a: no luck
> 0 done, 1 failed, 0 skipped, 0 not started.
state
> a: id=t-1 kind=x
heal
apply
>   call create a
>   call delete a
> 1 done, 0 failed, 0 skipped, 0 not started.
state
> a: id=t-2 kind=y
