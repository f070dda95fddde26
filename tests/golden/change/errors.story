# What cannot be planned keeps nothing else from being planned; such a plan is not carried out.
program
  a size=1
  b ref=a.id
  c size=1
  d ref=b.id
fail plan b invalid 9
plan
> create a: is new [new]
> create c: is new [new]
> note: not planned: `d` (because of `b`)
> error: not like that; while planning `b`
apply
> refused: the plan has errors and cannot be carried out: not like that; while planning `b`
heal
apply
>   call create a
>   call create c
>   call create b
>   call create d
> 4 done, 0 failed, 0 skipped, 0 not started.
fail read c transient 2
plan
> error: cannot look; while reading it; while planning `c`
plan shown
> error: cannot look; while reading it; while planning `c`
> This plan has errors and cannot be carried out.
plan no-refresh
> no changes
heal
plan
> no changes
