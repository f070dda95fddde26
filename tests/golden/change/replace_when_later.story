# A change elsewhere makes a new object in a later run, when it could not in the one that made it.
program
  a size=1
  b size=1 when=a
  c size=1 when=b.id
apply
>   call create a
>   call create b
>   call create c
> 3 done, 0 failed, 0 skipped, 0 not started.
program
  a size=2
  b size=1 when=a
  c size=1 when=b.id
fail delete b invalid
apply
>   call update a
>   call delete c
>   call delete b
>   failed  b: no luck
>   skipped  c: because of `b`
> 1 done, 1 failed, 1 skipped, 0 not started.
heal
plan
> replace b: `a` has changed [triggered]
> create c: is new [new]
state
> a: id=t-1 size=2
> b: id=t-2 size=1 due=a
apply
>   call delete b
>   call create b
>   call create c
> 2 done, 0 failed, 0 skipped, 0 not started.
plan
> no changes
program
  a size=3
  b size=1 when=a
  c size=1 when=b.id
apply target=a
>   call update a
> 1 done, 0 failed, 0 skipped, 0 not started.
plan
> replace b: `a` has changed [triggered]
> replace c: `b.id` changes [triggered]
apply
>   call delete c
>   call delete b
>   call create b
>   call create c
> 2 done, 0 failed, 0 skipped, 0 not started.
plan
> no changes
# What was not carried out asks for nothing.
program
  a size=4
  b size=1 when=a cbd
fail update a invalid
apply
>   call update a
>   call delete c
>   failed  a: no luck
>   skipped  b: because of `a`
> 1 done, 1 failed, 1 skipped, 0 not started.
state
> a: id=t-1 size=3
> b: id=t-6 size=1
heal
program
  a size=3
  b size=1 when=a cbd
plan
> no changes
# Nor does what the program says no longer.
program
  a size=5
  b size=1 when=a cbd
apply target=a
>   call update a
> 1 done, 0 failed, 0 skipped, 0 not started.
state
> a: id=t-1 size=5
> b: id=t-6 size=1 due=a
program
  a size=5
  b size=1
plan
> no changes
