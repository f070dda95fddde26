# Deleting one and making its twin is most likely not meant.
program
  old name=n size=1
apply
>   call create n
> 1 done, 0 failed, 0 skipped, 0 not started.
program
  new name=n size=1
plan
> create new: is new [new]
> delete old: is no longer in the program [removed]
> note: `old` and `new` are configured alike: `moved old -> new` keeps the object
