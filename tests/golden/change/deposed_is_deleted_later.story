# The old object cannot be deleted yet: it is remembered and deleted next time.
program
  a kind=x cbd
apply
>   call create a
> 1 done, 0 failed, 0 skipped, 0 not started.
program
  a kind=y cbd
fail delete a conflict 9
apply
>   again a (conflict, attempt 2)
>   again a (conflict, attempt 3)
>   call create a
>   call delete a
>   call delete a
>   call delete a
>   failed  a: no luck
> 0 done, 1 failed, 0 skipped, 0 not started.
state
> a: id=t-2 kind=y
>   deposed 1: id=t-1 kind=x
heal
plan
> delete a (deposed 1): its replacement is there [deposed]
apply
>   call delete a
> 1 done, 0 failed, 0 skipped, 0 not started.
state
> a: id=t-2 kind=y
plan
> no changes
