# Two things with one name in the world are two objects of two addresses.
program
  a name=n
  b name=n
apply
>   call create n
>   call create n
> 2 done, 0 failed, 0 skipped, 0 not started.
state
> a: id=t-1
> b: id=t-2
