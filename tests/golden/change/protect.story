# Nothing deletes a protected object, whatever became of its block.
program
  a kind=x protect
apply
>   call create a
> 1 done, 0 failed, 0 skipped, 0 not started.
program
  a kind=y protect
plan
> replace a: `kind` cannot change on the existing object [forced]
> error: `a` is protected and would be replaced: `kind` cannot change on the existing object; while planning; to go ahead, first apply the program with `protect = false` there
program
plan
> delete a: is no longer in the program [removed]
> error: `a` is protected and would be deleted: is no longer in the program; while planning; the state keeps the protection: to go ahead, first apply the program with the resource and `protect = false`
plan destroy
> delete a: everything is to go [destroyed]
> error: `a` is protected and would be deleted: everything is to go; while planning; the state keeps the protection: to go ahead, first apply the program with the resource and `protect = false`
program
  a kind=x
plan
> no changes
apply
> 0 done, 0 failed, 0 skipped, 0 not started.
program
plan
> delete a: is no longer in the program [removed]
