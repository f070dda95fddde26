# What can become of what a provider has made that cannot be asked yet: moved, protected,
# triggered, asked for, tainted, deposed, retained, given up, adopted.
program
  b
  a size=1
  provider inner at=b.id token=a.size
  m in=inner
  p in=inner kind=x protect
  w in=inner when=a
  q in=inner
  t in=inner
  h in=inner retain
  f in=inner
  o in=inner kind=x cbd
fail create t invalid half
apply
>   phase 1 begins: inner
>   call create b
>   call create a
>   call configure inner at t-1
>   call inner create m
>   call inner create p
>   call inner create w
>   call inner create q
>   call inner create t
>   call inner create h
>   call inner create f
>   call inner create o
>   failed  t: half made
> 9 done, 1 failed, 0 skipped, 0 not started.
fail delete o invalid
program
  b
  a size=1
  provider inner at=b.id token=a.size
  m in=inner
  p in=inner kind=x protect
  w in=inner when=a
  q in=inner
  t in=inner
  h in=inner retain
  f in=inner
  o in=inner kind=y cbd
apply exclude=t
>   call inner create o
>   call inner delete o
>   failed  o: no luck
> 0 done, 1 failed, 0 skipped, 0 not started.
state
> a: id=t-2 size=1
> b: id=t-1
> f: id=t-1/inner-7
> h: id=t-1/inner-6
> m: id=t-1/inner-1
> o: id=t-1/inner-9 kind=y
>   deposed 1: id=t-1/inner-8 kind=x
> p: id=t-1/inner-2 kind=x protected
> q: id=t-1/inner-4
> t: id=t-1/inner-5 tainted
> w: id=t-1/inner-3
heal
world make t-1/inner-99 name=n size=7
program
  b
  a size=2
  provider inner at=b.id token=a.size
  moved m mm
  mm in=inner
  p in=inner kind=x protect
  w in=inner when=a
  q in=inner
  t in=inner
  forget f
  n in=inner size=8
  adopt n t-1/inner-99
  o in=inner kind=y cbd
plan replace=q
> update a: `size` changes [changed]
> replace mm: `name` changes, perhaps by a new object [changed] moved from m in phase 1 at most
> replace w: `a` changes [triggered] in phase 1 at most
> replace q: a new one was asked for [asked] in phase 1 at most
> replace t: its creation failed half way [tainted] in phase 1 at most
> update n: is adopted [none] adopts t-1/inner-99 in phase 1 at most
> forget f: is given up by the program; the object stays [given]
> forget h: is retained; the object stays [given]
> delete o (deposed 1): its replacement is there [deposed] in phase 1 at most
> phase 1: inner after a b
apply saved replace=q
>   phase 1 begins: inner
>   call update a
>   call configure inner at t-1
>   call inner delete w
>   call inner delete q
>   call inner delete t
>   call inner update n
>   call inner update mm
>   call inner create w
>   call inner create q
>   call inner create t
>   call inner delete o
> 9 done, 0 failed, 0 skipped, 0 not started.
state
> a: id=t-2 size=2
> b: id=t-1
> mm: id=t-1/inner-1
> n: id=t-1/inner-99 size=8
> o: id=t-1/inner-9 kind=y
> p: id=t-1/inner-2 kind=x protected
> q: id=t-1/inner-11
> t: id=t-1/inner-12
> w: id=t-1/inner-10
> nobody's: t-1/inner-6 id=t-1/inner-6
> nobody's: t-1/inner-7 id=t-1/inner-7
plan
> no changes
# A protected object is not replaced, whatever was approved.
program
  b
  a size=1
  provider inner at=b.id token=a.size
  mm in=inner size=2
  p in=inner kind=y protect
  w in=inner
  q in=inner
  t in=inner
  n in=inner size=8
  o in=inner kind=y cbd
plan target=p
> update a: `size` changes [changed]
> update p: `kind` changes [changed] in phase 1 at most
> phase 1: inner after a b
> note: this plan is partial: what was not chosen may differ from the program
apply
>   call update a
>   call configure inner at t-1
>   stopped  phase 1 (provider `inner`): `p` is protected and would be replaced: `kind` cannot change on the existing object; while planning; to go ahead, first apply the program with `protect = false` there
>   skipped  mm: because of `phase 1`
>   skipped  p: because of `phase 1`
> 1 done, 0 failed, 2 skipped, 0 not started.
plan
> update mm: `size` changes [changed]
> replace p: `kind` cannot change on the existing object [forced]
> error: `p` is protected and would be replaced: `kind` cannot change on the existing object; while planning; to go ahead, first apply the program with `protect = false` there
