# The state cannot be written for longer than it is waited for: nothing new starts, and what was
# done meanwhile is found again.
program
  a size=1
  b ref=a.id
store away
apply
>   failed  a: the state's server is away
>   skipped  b: because of `a`
> 0 done, 1 failed, 1 skipped, 0 not started.
store back
state
apply
>   call create a
>   call create b
> 2 done, 0 failed, 0 skipped, 0 not started.
