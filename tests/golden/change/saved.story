# A saved plan is carried out as saved.
program
  a kind=x cbd
  b ref=a.id
apply saved
>   call create a
>   call create b
> 2 done, 0 failed, 0 skipped, 0 not started.
program
  a kind=y cbd
  b ref=a.id
apply saved
>   call create a
>   call update b
>   call delete a
> 2 done, 0 failed, 0 skipped, 0 not started.
state
> a: id=t-3 kind=y
> b: id=t-2 ref=t-3
