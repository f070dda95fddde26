# Retained objects stay when everything goes, and are told.
program
  a size=1 retain
  b ref=a.id
apply
>   call create a
>   call create b
> 2 done, 0 failed, 0 skipped, 0 not started.
plan destroy
> forget a: is retained; the object stays [given]
> delete b: everything is to go [destroyed]
apply destroy
>   call delete b
> 2 done, 0 failed, 0 skipped, 0 not started.
state
> nobody's: t-1 id=t-1 size=1
