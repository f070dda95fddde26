# The second planning call, when all is known, may only fill in what was unknown.
program
  a size=1
  b ref=a.id
  c ref=b.id
lie plan a
apply
>   failed  a: the provider `sim` now plans something else than was approved: `size`
>   skipped  b: because of `a`
>   skipped  c: because of `a`
> 0 done, 1 failed, 2 skipped, 0 not started.
state
heal
apply
>   call create a
>   call create b
>   call create c
> 3 done, 0 failed, 0 skipped, 0 not started.
