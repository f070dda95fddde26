# By exact address, and not under destroy.
program
  a size=1
  b ref=a.id
apply
>   call create a
>   call create b
> 2 done, 0 failed, 0 skipped, 0 not started.
plan replace=a
> replace a: a new one was asked for [asked]
> update b: `ref` changes [changed]
apply replace=a
>   call delete a
>   call create a
>   call update b
> 2 done, 0 failed, 0 skipped, 0 not started.
state
> a: id=t-3 size=1
> b: id=t-2 ref=t-3
plan replace=zz
> refused: `zz` is to be replaced, and is not in the program
plan destroy replace=a
> refused: `a` cannot be replaced while everything is only destroyed
