"""Goes through the cases of a proof and checks that each is told apart completely and closed
rightly: by its bound, or because nothing that holds is left of it."""
import math

from bounds import Bounds, Hardware
from domains import TooLate, options_alone
from model import ROUNDING, State, joined, returns
from reading import Malformed, Refused, figure, index, indices

MOST_DEPTH = 800


class Choice:
    """One way of running a whole component."""
    __slots__ = ("variant", "pools", "options", "loads", "fixed")

    def __init__(self, variant, options, fixed):
        self.variant, self.options, self.fixed = variant, options, fixed
        self.pools = [o.pool for o in options]
        self.loads = [(o.pool, o.load) for o in options]

    def due(self, prices):
        return self.fixed + sum(prices[j] * load for j, load in self.loads)


class Verifier:
    """`enough`: what costs so much or more, missed preferences included, is not looked for; nor what
    costs `within` or more without them. `limit`: where there is said to be no placement, what none costs."""

    def __init__(self, model, moves, enough, within, limit, fullest):
        self.model, self.problem = model, model.problem
        self.enough, self.bare = enough, min(enough, within)
        self.limit, self.fullest = limit, fullest
        self.moves = moves
        self.table = options_alone(model, moves)

    def run(self, proof):
        if self.fullest:
            self.more_never_hurts()
        if not TooLate(self.model, self.table).run():
            return
        self.bounds = Bounds(self.problem, self.table)
        offered = {o.pool for rows in self.table for parts in rows for options in parts for o, _ in options}
        pools = self.problem.pools
        usable = [j in offered and (pool.function or pool.max > 0) for j, pool in enumerate(pools)]
        high = [max(pool.max, pool.idle) for pool in pools]
        low = high[:] if self.fullest else [pool.idle for pool in pools]
        if self.limit is not None and self.limit < self.dearest(offered):
            raise Refused(f"placements may cost up to {self.dearest(offered):.9g}, and are looked for below "
                          f"{self.limit:.9g}")
        self.case(proof, Hardware(usable, low, high), [0.0] * len(pools), 0, "everything")

    def dearest(self, offered):
        """No placement of what is left to choose from costs more. Pools that nothing is offered on are idle."""
        problem = self.problem
        total = sum((max(pool.max, pool.idle) if j in offered else pool.idle) * pool.burden
                    for j, pool in enumerate(problem.pools) if not pool.function)
        total += sum(rule.weight for rule in problem.constraints if rule.weight is not None)
        for rows in self.table:
            total += max(sum(max(fixed for _, fixed in options) for options in parts) for parts in rows if parts)
        if problem.goal != "cost":
            return total
        for variants in problem.components:
            total += problem.dearest * max(sum(part.output * after.rate
                                               for part, after in zip(variant.parts, variant.parts[1:]))
                                           for variant in variants)
        for a, _, size, probability in problem.flows:
            total += problem.dearest * probability * max(
                variant.parts[0].rate * (variant.parts[-1].output if size is None else size)
                for variant in problem.components[a])
        return total

    def more_never_hurts(self):
        """With the most instances everything that holds with fewer holds."""
        for rule in self.problem.constraints:
            if rule.weight is not None or rule.metric in ("accuracy", "rate", "where"):
                continue
            fine = {"response": rule.at_most and (rule.percentile is None or
                                                  (rule.percentile <= 0.95 and self.model.worsens(rule))),
                    "utilisation": rule.at_most, "availability": not rule.at_most, "apart": not rule.at_most}
            if not fine.get(rule.metric, False):
                raise Refused(f"more instances might break `{rule.name}`, so that few have to be looked at too")

    # -- reading ---------------------------------------------------------------------------

    def open(self, case, prices, depth):
        if not isinstance(case, dict):
            raise Malformed("a case is no object")
        if depth > MOST_DEPTH:
            raise Malformed("nested too deep")
        if "prices" not in case:
            return prices
        if not isinstance(case["prices"], dict):
            raise Malformed("prices are no object")
        prices = [0.0] * len(self.problem.pools)
        for key, price in case["prices"].items():
            if not key.isdecimal() or len(key) > 9:
                raise Malformed("a price is of no pool")
            j = index(int(key), len(prices), "a price")
            # Functions have no capacity that could be charged for.
            if self.problem.pools[j].function:
                raise Malformed(f"{self.problem.pools[j].name} has a price")
            prices[j] = figure(price, "a price", 0.0, 1e12)
        return prices

    @staticmethod
    def ways(case, size):
        ways = case.get("ways")
        if not isinstance(ways, list) or any(not isinstance(way, list) or len(way) != size for way in ways):
            raise Malformed("the ways of a case are no such list")
        return ways

    @staticmethod
    def by_value(ways):
        table = {}
        for way in ways:
            if isinstance(way[0], (dict, list)) or way[0] in table:
                raise Malformed("a way is told twice, or is none")
            table[way[0]] = way[-1]
        return table

    # -- hardware --------------------------------------------------------------------------

    def case(self, case, hardware, prices, depth, told):
        prices = self.open(case, prices, depth)
        bound = self.bounds.bound(hardware, prices)
        if bound >= self.bare:
            return
        if "zone" in case:
            self.by_zone(case, hardware, prices, depth, told)
        elif "count" in case:
            self.by_count(case, hardware, prices, depth, told)
        elif "fixed" in case:
            self.fixed(case, hardware, prices, depth, told)
        else:
            self.not_closed(bound, told)

    def not_closed(self, bound, told):
        raise Refused(f"the case of {told} is said to be closed, and might cost {bound:.9g}")

    def way(self, table, key, hardware, prices, depth, told):
        """A way that is not told must be closed at the prices of the case above."""
        self.case(table.get(key, {}), hardware, prices, depth + 1, told)

    def by_zone(self, case, hardware, prices, depth, told):
        z = index(case["zone"], len(self.problem.one_kind), "a zone")
        if not self.problem.one_kind[z]:
            raise Refused(f"{self.problem.zone_name[z]} may have several kinds in use at once")
        table = self.by_value(self.ways(case, 2))
        members = [j for j, pool in enumerate(self.problem.pools) if pool.zone == z and not pool.function]
        nothing = hardware.copy()
        for j in members:
            nothing.usable[j] = False
        # A pool that must be used leaves no other way.
        if not any(hardware.usable[j] and hardware.low[j] > self.problem.pools[j].idle and not self.fullest
                   for j in members):
            self.way(table, None, nothing, prices, depth, f"{told}, nothing in {self.problem.zone_name[z]}")
        for j in members:
            if not hardware.usable[j]:
                continue
            one = nothing.copy()
            one.usable[j] = True
            one.low[j] = max(one.low[j], 1)
            self.way(table, j, one, prices, depth, f"{told}, {self.problem.pools[j].name} used")

    def by_count(self, case, hardware, prices, depth, told):
        j = index(case["count"], len(self.problem.pools), "a pool")
        name = self.problem.pools[j].name
        table = self.by_value(self.ways(case, 2))
        most = index(case.get("most"), 10 ** 9, "a count")
        if not hardware.usable[j]:
            # Its count is known, and in one of the two.
            few = self.problem.pools[j].idle <= most
            return self.way(table, 0 if few else 1, hardware, prices, depth, told)
        if not hardware.low[j] <= most < hardware.high[j]:
            raise Refused(f"the count of {name} is split outside of its range")
        few, many = hardware.copy(), hardware.copy()
        few.high[j] = most
        if most == 0:
            few.usable[j] = False
        many.low[j] = most + 1
        self.way(table, 0, few, prices, depth, f"{told}, at most {most} of {name}")
        self.way(table, 1, many, prices, depth, f"{told}, more than {most} of {name}")

    # -- components on fixed hardware ------------------------------------------------------

    def fixed(self, case, hardware, prices, depth, told):
        problem = self.problem
        for members, _ in self.bounds.groups:
            if len(members) > 1 and sum(hardware.usable[j] for j in members) > 1:
                raise Refused(f"hardware is said to be fixed, and {problem.zone_name[problem.pools[members[0]].zone]}"
                              " may have several kinds")
        count = [0] * len(problem.pools)
        for j, pool in enumerate(problem.pools):
            if pool.function:
                continue
            if hardware.usable[j] and hardware.low[j] != hardware.high[j]:
                raise Refused(f"hardware is said to be fixed, and the count of {pool.name} is not")
            count[j] = hardware.low[j] if hardware.usable[j] else pool.idle
        ways = self.ways(case, 1)
        if len(ways) > 1:
            raise Malformed("fixed hardware has one way on")
        state = State(problem, count)
        alive, floor = [], [0.0] * len(problem.components)
        # Each component for itself, whatever that means for the steps of the others.
        least = [min(self.bounds.costs(hardware, prices, c)) for c in range(len(problem.components))]
        slack = self.bare - self.bounds.instances(hardware, prices) - sum(least)
        for c in range(len(problem.components)):
            found = self.choices(c, hardware, prices, least[c] + slack, state, floor)
            if not found:
                return
            alive.append(found)
        spent = sum(pool.burden * n for pool, n in zip(problem.pools, count) if not pool.function)
        self.place(ways[0][0] if ways else {}, state, alive, spent, floor, prices, depth + 1, told)

    def choices(self, c, hardware, prices, most, state, floor):
        """All ways of running component c that hold alone and whose cost leaves a chance. Sets the
        least mean time any of them takes."""
        found, quickest = [], math.inf
        hop, one_way = self.model.hop, self.problem.one_way
        for v, parts in enumerate(self.table[c]):
            if not parts:
                continue
            offers = [[(fixed + prices[o.pool] * o.load, o, fixed) for o, fixed in options if hardware.usable[o.pool]]
                      for options in parts]
            if not all(offers):
                continue
            rest = [0.0] * (len(parts) + 1)
            for p in range(len(parts) - 1, -1, -1):
                rest[p] = rest[p + 1] + min(offer[0] for offer in offers[p])
            written = self.problem.components[c][v].parts

            def grow(p, options, due, fixed):
                nonlocal quickest
                if p == len(parts):
                    time = self.alone(c, v, options, hardware, state, floor)
                    if time is not None:
                        quickest = min(quickest, time)
                        found.append(Choice(v, options[:], fixed))
                    return
                for more, o, own in offers[p]:
                    if due + more + rest[p + 1] >= most:
                        continue
                    if options:
                        if one_way and options[-1].cloud and not o.cloud:
                            continue
                        if math.isinf(hop(options[-1].pool, o.pool, written[p - 1].output)):
                            continue
                    options.append(o)
                    grow(p + 1, options, due + more, fixed + own)
                    options.pop()

            grow(0, [], 0.0, 0.0)
        if found:
            floor[c] = quickest
        return found

    def alone(self, c, v, options, hardware, state, floor):
        """Its mean time when nothing else is there; None when it does not hold even so."""
        kept = state.put(c, v, options)
        time = None
        if state.fits(state.pools[c]) and self.lost(state, floor)[0] < math.inf:
            time = self.model.through(state, c, None)[0]
        state.take(c, kept)
        return time

    def lost(self, state, floor):
        """What priced ways and missed preferences cost already; infinite when a required rule is
        broken for good."""
        paid, missed = self.model.traffic(state) if self.problem.goal == "cost" else 0.0, 0.0
        for rule in self.problem.constraints:
            if not self.model.holds(rule, state, floor):
                if rule.weight is None:
                    return math.inf, math.inf
                missed += rule.weight
        return paid, missed

    def place(self, case, state, alive, spent, floor, prices, depth, told):
        prices = self.open(case, prices, depth)
        pools = self.problem.pools
        room = [(pool.capacity if pool.function else pool.capacity * n) * ROUNDING - load
                for pool, n, load in zip(pools, state.count, state.load)]
        bound = spent - sum(prices[j] * room[j] for j in range(len(pools)) if prices[j] > 0 and state.count[j] > 0)
        priced = {}
        for c, choices in enumerate(alive):
            if state.placed[c]:
                continue
            fitting = [(choice.due(prices), choice) for choice in choices
                       if all(load <= room[j] for j, load in choice.loads) and not returns(state, c, choice.pools)]
            if not fitting:
                return
            priced[c] = fitting
            bound += min(pair[0] for pair in fitting)
        if bound >= self.bare:
            return
        # What costs too much at these prices is not part of anything better.
        below = list(alive)
        for c, fitting in priced.items():
            base = bound - min(pair[0] for pair in fitting)
            priced[c] = [pair for pair in fitting if base + pair[0] < self.bare]
            below[c] = [pair[1] for pair in priced[c]]
        if "place" not in case:
            self.not_closed(bound, told)
        c = index(case["place"], len(alive), "a component")
        if state.placed[c]:
            raise Refused(f"{self.problem.names[c]} is placed twice")
        table = {}
        for variant, where, way in self.ways(case, 3):
            key = (index(variant, len(self.problem.components[c]), "a variant"),
                   *indices(where, len(pools), "a pool"))
            if key in table:
                raise Malformed("a way is told twice")
            table[key] = way
        least = min(pair[0] for pair in priced[c])
        for due, choice in priced[c]:
            kept = state.put(c, choice.variant, choice.options)
            if state.fits(choice.pools) and joined(self.model, state, c):
                dearer = bound + due - least
                paid, missed = self.lost(state, floor)
                if dearer + paid < self.bare and dearer + paid + missed < self.enough:
                    where = f"{told}, {self.problem.names[c]} on {' and '.join(pools[j].name for j in choice.pools)}"
                    self.placed(table.get((choice.variant, *choice.pools)), state, below, spent + choice.fixed, floor,
                                prices, depth, where)
            state.take(c, kept)

    def placed(self, case, state, alive, spent, floor, prices, depth, told):
        if all(state.placed):
            self.whole(state, told)
        elif case is None:
            raise Refused(f"the case of {told} is missing")
        else:
            self.place(case, state, alive, spent, floor, prices, depth + 1, told)

    def whole(self, state, told):
        due = sum(self.moves.due(c, state.variant[c], pools) for c, pools in enumerate(state.pools))
        due += self.model.total(state, self.problem.goal)
        for rule in self.problem.constraints:
            if self.model.holds(rule, Real(state)):
                continue
            if rule.weight is None:
                return
            due += rule.weight
        if due < self.enough:
            raise Refused(f"there is something better: {told}, for {due:.9g}")


class Real:
    """A whole placement: pools that nobody uses have their idle counts."""

    def __init__(self, state):
        self.__dict__.update(state.__dict__)
        self.count = [state.there(j) for j in range(len(state.count))]

    def there(self, j):
        return self.count[j]


