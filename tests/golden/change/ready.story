# There and not usable yet: the next apply looks again and makes nothing new.
program
  a size=1 ready=status:up
  b needs=a
apply
>   waits for `status` to be up
>   call create a
>   failed  a: it is there and not ready: waited 1 s for `status` to be up: it is null; the next apply looks again
>   skipped  b: because of `a`
> 0 done, 1 failed, 1 skipped, 0 not started.
state
> a: id=t-1 size=1 unready
world set t-1.status=up
plan
> refresh a: was not ready when it was made; is looked at again [unready]
> create b: is new [new]
apply
>   call create b
> 2 done, 0 failed, 0 skipped, 0 not started.
state
> a: id=t-1 size=1 status=up
> b: id=t-2
plan
> no changes
