# A new object too takes over what of the old one is let be, whatever it is replaced for.
program
  a size=1
  b size=1 ignore=size when=a
apply
>   call create a
>   call create b
> 2 done, 0 failed, 0 skipped, 0 not started.
program
  a size=2
  b size=7 ignore=size when=a
plan
> update a: `size` changes [changed]
> replace b: `a` changes [triggered]
apply
>   call update a
>   call delete b
>   call create b
> 2 done, 0 failed, 0 skipped, 0 not started.
state
> a: id=t-1 size=2
> b: id=t-3 size=1
