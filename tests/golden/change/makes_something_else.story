# What was made is kept and told, also when it is not what was planned.
program
  a size=1
  b ref=a.id
lie make a
apply
>   call create a
>   failed  a: the provider `sim` made something else than it planned: `size`
>   skipped  b: because of `a`
> 0 done, 1 failed, 1 skipped, 0 not started.
state
> a: id=t-1 size=as it likes
heal
plan
> update a: `size` changes [changed]
> create b: is new [new]
apply
>   call update a
>   call create b
> 2 done, 0 failed, 0 skipped, 0 not started.
state
> a: id=t-1 size=1
> b: id=t-2 ref=t-1
