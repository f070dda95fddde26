# Sensitive values are changed and never shown, nor is what comes from them.
program
  a secret=swordfish size=1
  b ref=a.secret
  c kind=b.ref
plan shown
>    + sim.thing  a  (is new)
>         name = "a"
>         secret = (sensitive)
>         size = "1"
>         # known after apply: id, status
>    + sim.thing  b  (is new)
>         name = "b"
>         ref = (sensitive)
>         # known after apply: id, status
>    + sim.thing  c  (is new)
>         kind = (sensitive)
>         name = "c"
>         # known after apply: id, status
> Plan: 3 to add, 0 to change, 0 to destroy.
apply
>   call create a
>   call create b
>   call create c
> 3 done, 0 failed, 0 skipped, 0 not started.
program
  a secret=marlin size=2
  b ref=a.secret
  c kind=b.ref
plan shown
>    ~ sim.thing  a  (`secret`, `size` change)
>         secret = (sensitive) -> (sensitive)
>         size = "1" -> "2"
>    ~ sim.thing  b  (`ref` changes)
>         ref = (sensitive) -> (sensitive)
>  -/+ sim.thing  c  (`kind` cannot change on the existing object)
>         kind = (sensitive) -> (sensitive)  # forces replacement
>         # known after apply: id, status
> Plan: 1 to add, 2 to change, 1 to destroy.
apply
>   call update a
>   call delete c
>   call update b
>   call create c
> 3 done, 0 failed, 0 skipped, 0 not started.
plan
> no changes
