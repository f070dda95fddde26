# Deleting one brings along what still leans on it.
program
  a size=1
  b ref=a.id
  c size=1
apply
>   call create a
>   call create c
>   call create b
> 3 done, 0 failed, 0 skipped, 0 not started.
plan destroy target=a
> delete a: everything is to go [destroyed]
> delete b: everything is to go [destroyed]
> note: this plan is partial: what was not chosen may differ from the program
plan destroy target=b
> delete b: everything is to go [destroyed]
> note: this plan is partial: what was not chosen may differ from the program
