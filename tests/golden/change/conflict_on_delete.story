# Something still hangs on it for a moment.
program
  a size=1
apply
>   call create a
> 1 done, 0 failed, 0 skipped, 0 not started.
program
fail delete a conflict 1
apply
>   again a (conflict, attempt 2)
>   call delete a
>   call delete a
> 1 done, 0 failed, 0 skipped, 0 not started.
state
