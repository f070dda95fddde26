# What passes by itself is tried again, so often and no more; other failures are not.
program
  a size=1
  b size=1
  c size=1
fail create a transient 2
fail create b transient 9
fail create c quota 1
apply
>   again a (transient, attempt 2)
>   again a (transient, attempt 3)
>   again b (transient, attempt 2)
>   again b (transient, attempt 3)
>   call create a
>   call create a
>   call create a
>   call create b
>   call create b
>   call create b
>   call create c
>   failed  b: no luck
>   failed  c: no luck
> 1 done, 2 failed, 0 skipped, 0 not started.
