"""The model: what a placement costs, how fast it answers, which rules it breaks. Written from the
description of the model, not from the engine. Times in s, sizes in bytes, EUR/s."""
import math

from reading import Refused

CLOSE = 1e-9  # relative: what sums of doubles in another order may differ by
ROUNDING = 1 + 1e-12


class Model:
    def __init__(self, problem):
        self.problem = problem
        zone = [pool.zone for pool in problem.pools]
        self.zone = zone
        self.hops = {}

    def hop(self, a, b, size):
        """Network time from one pool to another: the quickest way there is."""
        if a == b:
            return 0.0
        za, zb = self.zone[a], self.zone[b]
        ways = self.problem.routes.get((za, zb))
        if not ways:
            return 0.0 if za == zb else math.inf
        return min(delay + size * each for delay, each, _ in ways)

    def fare(self, a, b, size):
        """EUR for `size` bytes on the quickest way; of equally quick ones the cheapest."""
        if a == b:
            return 0.0
        ways = self.problem.routes.get((self.zone[a], self.zone[b]))
        if not ways:
            return 0.0
        return size * min((delay + size * each, price) for delay, each, price in ways)[1]

    # -- stations --------------------------------------------------------------------------

    def station(self, option, load, count):
        """Mean and variance of the time at one part: a constant on functions, processor sharing
        on nodes (variance: Coffman, Muntz, Trotter; Yashkov), Erlang C where demands are per core."""
        pool = self.problem.pools[option.pool]
        if pool.function:
            return option.mean, option.variance
        if count == 0:
            return math.inf, math.inf
        busy, demand = load / count, option.demand
        if pool.per_core:
            busy /= pool.cores
            if pool.cores >= 2:
                return self.many_cores(demand, busy, pool.cores, option.variation)
            demand /= pool.cores
        if busy >= 1:
            return math.inf, math.inf
        mean = demand / (1 - busy)
        return mean, mean * mean * self.spread(2 * busy / (2 - busy), busy, option.variation)

    @staticmethod
    def spread(others, used, variation):
        """Variance over the squared mean, where `others` add so much to exponential demands."""
        if variation == 1:
            return 1 + others
        square = variation ** 2
        wait = (1 + square) / 2 / (1 - used)
        transform = math.exp(-1 / wait) if square < 1e-9 else (1 + square / wait) ** (-1 / square)
        return square + others * (2 - used) * wait * (1 - wait * (1 - transform))

    @staticmethod
    def many_cores(demand, used, cores, variation):
        servers = math.floor(cores)
        demand *= servers / cores
        if used >= 1:
            return math.inf, math.inf
        offered, blocked = used * servers, 1.0
        for m in range(1, servers + 1):
            blocked = offered * blocked / (m + offered * blocked)
        waits = blocked / (1 - used * (1 - blocked))
        wait = 1 / (servers * (1 - used))
        slower = waits * wait
        mean = demand * (1 + slower)
        others = 2 * slower / (slower + 1.4 + 0.5 / wait + 0.1 / (wait * wait))
        return mean, mean * mean * Model.spread(others, used, variation)

    # -- paths -----------------------------------------------------------------------------

    def through(self, state, c, following):
        """Mean, variance and sure part of the time through a component, over all parts from which
        a request may leave it, and on to the next component of the path."""
        parts = self.problem.components[c][state.variant[c]].parts
        pools, first_next = state.pools[c], None
        size = parts[-1].output
        if following is not None:
            first_next = state.pools[following][0]
            size = self.problem.sent.get((c, following), size)
        reach, mean, variance, wire = 1.0, 0.0, 0.0, 0.0
        first = second = 0.0
        sure = math.inf
        for p, part in enumerate(parts):
            j = pools[p]
            here, spread = self.station(part.by_pool[j], state.load[j], state.count[j])
            mean += here
            variance += spread
            last = p + 1 == len(parts)
            out = reach if last else reach * part.exit
            if out > 0:
                leave = 0.0 if first_next is None else self.hop(j, first_next, size)
                total = mean + wire + leave
                first += out * total
                second += out * (variance + total * total)
                sure = min(sure, wire + leave)
            reach -= out
            if last or reach <= 0:
                break
            wire += self.hop(j, pools[p + 1], part.output)
        return first, second - first * first, sure

    def response(self, state, path, floor):
        """Mean, variance and sure part along a path. Components that are not placed count with
        floor[c], and the hops beside them with nothing."""
        mean = variance = sure = 0.0
        for k, c in enumerate(path):
            if not state.placed[c]:
                mean += floor[c]
                sure += floor[c]
                continue
            following = path[k + 1] if k + 1 < len(path) and state.placed[path[k + 1]] else None
            m, v, s = self.through(state, c, following)
            mean, variance, sure = mean + m, variance + v, sure + s
        return mean, variance, sure

    # -- sums ------------------------------------------------------------------------------

    def traffic(self, state):
        """EUR/s on priced ways, among what is placed."""
        problem = self.problem
        if problem.dearest <= 0:
            return 0.0
        total = 0.0
        for c, placed in enumerate(state.placed):
            if not placed:
                continue
            parts, pools = problem.components[c][state.variant[c]].parts, state.pools[c]
            for p in range(len(parts) - 1):
                total += parts[p + 1].rate * self.fare(pools[p], pools[p + 1], parts[p].output)
        for a, b, size, probability in problem.flows:
            if not (state.placed[a] and state.placed[b]):
                continue
            parts, pools = problem.components[a][state.variant[a]].parts, state.pools[a]
            size = parts[-1].output if size is None else size
            for p, part in enumerate(parts):
                leaves = 1.0 if p + 1 == len(parts) else part.exit
                if leaves > 0:
                    total += part.rate * leaves * probability * self.fare(pools[p], state.pools[b][0], size)
        return total

    def total(self, state, metric):
        """Cost, energy or carbon per s of what is placed and of all instances that are there."""
        total = self.traffic(state) if metric == "cost" else 0.0
        for j, pool in enumerate(self.problem.pools):
            each = pool.price if metric == "cost" else pool.power if metric == "energy" else pool.carbon
            if pool.function:
                total += 0.0 if metric == "cost" else each * state.load[j]
            else:
                total += each * state.there(j)
        if metric == "cost":
            for c, placed in enumerate(state.placed):
                if placed:
                    parts = self.problem.components[c][state.variant[c]].parts
                    total += sum(part.by_pool[j].cost for part, j in zip(parts, state.pools[c]))
        return total

    def available(self, state, path):
        """Share of time in which of each component one copy is up, with the zones and pools it needs:
        both cases of each of these in turn, while it still decides anything. Of components whose
        copies are not all placed nothing is known yet."""
        copies = {}
        for c in path:
            first = self.problem.copy_of[c]
            copies.setdefault(("alone", c) if first is None else ("copies", first), []).append(c)
        needed = [[{("pool", j) for j in state.pools[c]} | {("zone", self.zone[j]) for j in state.pools[c]}
                   for c in some] for some in copies.values() if all(state.placed[c] for c in some)]

        def alone(thing):
            kind, number = thing
            if kind == "zone":
                return self.problem.zone_up[number]
            pool = self.problem.pools[number]
            return 1 - (1 - pool.availability) ** (1 if pool.function else state.count[number])

        def reached(up, down):
            for some in needed:
                left = [things for things in some if not things & down]
                if not left:
                    return 0.0
                if any(things <= up for things in left):
                    continue
                thing = min(left[0] - up)
                share = alone(thing)
                return share * reached(up | {thing}, down) + (1 - share) * reached(up, down | {thing})
            return 1.0

        return reached(frozenset(), frozenset())

    def apart(self, state, copies):
        """Copies of the variant of the first in zones of their own, those not placed included."""
        used, alone, variant = set(), 0, None
        for c in copies:
            if not state.placed[c]:
                alone += 1
                continue
            zones = {self.zone[j] for j in state.pools[c]}
            variant = state.variant[c] if variant is None else variant
            alone += not zones & used and state.variant[c] == variant
            used |= zones
        return alone

    def utilisation(self, state, j):
        pool, load = self.problem.pools[j], state.load[j]
        if pool.function:
            return load / pool.concurrency if pool.concurrency > 0 else 0.0
        if load <= 0:
            return 0.0
        if state.count[j] == 0:
            return math.inf
        return load / state.count[j] / (pool.cores if pool.per_core else 1)

    # -- rules -----------------------------------------------------------------------------

    def holds(self, rule, state, floor=None):
        """Is a rule kept? With a floor some components may not be placed: False then means that
        no way of placing them can mend it."""
        complete = floor is None
        metric = rule.metric
        if metric == "response":
            if not complete and (not self.worsens(rule) or not any(state.placed[c] for c in rule.path)):
                return True
            if rule.percentile is None:
                return rule.meets(self.response(state, rule.path, floor)[0])
            nothing = [0.0] * len(state.placed)
            share = rule.percentile if complete else min(rule.percentile, HIGHEST)
            return self.percentile_meets(rule, self.response(state, rule.path, nothing), share)
        if metric == "utilisation":
            if not complete and not rule.at_most:
                return True
            return rule.meets(self.utilisation(state, rule.pool))
        if metric == "availability":
            if not complete and rule.at_most:
                return True
            return rule.meets(self.available(state, rule.path))
        if metric == "apart":
            return (not complete and rule.at_most) or rule.meets(self.apart(state, rule.path))
        if metric == "rate":
            return rule.meets(self.problem.rate[rule.path[0]])
        if metric in ("cost", "energy", "carbon"):
            return (not complete and not rule.at_most) or rule.meets(self.total(state, metric))
        c = rule.path[0]
        if not state.placed[c]:
            return True
        if metric == "accuracy":
            return rule.meets(self.problem.components[c][state.variant[c]].accuracy)
        return all(j in rule.pools for j in state.pools[c])

    def percentile_meets(self, rule, moments, share):
        """Is a quantile of the gamma distribution with these moments, moved by the sure part, within
        the bound? Asked of the distribution, which needs no inverse."""
        mean, variance, sure = moments
        if not math.isfinite(mean):
            return rule.meets(math.inf)
        mean -= sure
        if variance <= 0 or mean <= 0:
            return rule.meets(mean + sure)
        slack = 1e-9 * max(1e-9, abs(rule.bound)) * (1 if rule.at_most else -1)
        reached = gamma_cdf(mean * mean / variance, (rule.bound + slack - sure) * mean / variance)
        return reached >= share - 1e-12 if rule.at_most else reached <= share + 1e-12

    def worsens(self, rule):
        """Is a response only made worse by more load and more components? The mean is; a gamma
        quantile from 0.9 to 0.95 while the shape is at least 1/3, which sums of whole stages keep that
        vary no more than exponential ones, and mixtures by early exits need not."""
        if not rule.at_most:
            return False
        if rule.percentile is None:
            return True
        return rule.percentile >= LOWEST and not any(
            part.exit > 0 or any(option.variation > 1 for option in part.options)
            for c in rule.path for variant in self.problem.components[c] for part in variant.parts)


LOWEST, HIGHEST = 0.9, 0.95


def gamma_cdf(shape, x):
    """Regularised lower incomplete gamma function (Abramowitz and Stegun 6.5.29, 6.5.31)."""
    if x <= 0:
        return 0.0
    scale = math.exp(shape * math.log(x) - x - math.lgamma(shape))
    if x < shape + 1:
        term = total = 1 / shape
        n = shape
        while term > total * 1e-16:
            n += 1
            term *= x / n
            total += term
        return total * scale
    # Lentz's way through the continued fraction.
    tiny = 1e-300
    b = x + 1 - shape
    c, d = 1 / tiny, 1 / b
    fraction = d
    for n in range(1, 10000):
        a = -n * (n - shape)
        b += 2
        d = a * d + b
        c = b + a / c
        d = 1 / (d if abs(d) > tiny else tiny)
        c = c if abs(c) > tiny else tiny
        fraction *= d * c
        if abs(d * c - 1) < 1e-15:
            break
    return 1 - scale * fraction


class State:
    """Some components placed on hardware with fixed counts."""

    def __init__(self, problem, count):
        n, pools = len(problem.components), len(problem.pools)
        self.problem = problem
        self.count = count
        self.variant, self.pools, self.placed = [0] * n, [[] for _ in range(n)], [False] * n
        self.load, self.memory, self.gpu, self.users = [0.0] * pools, [0.0] * pools, [0.0] * pools, [0] * pools

    def there(self, j):
        """A pool that nobody uses has only the instances that cannot be given back."""
        return self.count[j] if self.users[j] else self.problem.pools[j].idle

    def put(self, c, variant, options):
        self.variant[c], self.pools[c], self.placed[c] = variant, [o.pool for o in options], True
        kept = []
        for o in options:
            j = o.pool
            kept.append((j, self.load[j], self.memory[j], self.gpu[j]))
            self.load[j] += o.load
            self.memory[j] += o.memory
            self.gpu[j] += o.gpu
            self.users[j] += 1
        return kept

    def take(self, c, kept):
        self.placed[c] = False
        for j, load, memory, gpu in reversed(kept):
            self.load[j], self.memory[j], self.gpu[j] = load, memory, gpu
            self.users[j] -= 1

    def fits(self, pools):
        """Memory and capacity of these pools, with everything that is on them."""
        for j in pools:
            pool = self.problem.pools[j]
            if pool.function:
                if self.load[j] > pool.capacity * ROUNDING:
                    return False
            elif (self.count[j] == 0 or self.memory[j] + pool.reserved > pool.memory or
                  self.gpu[j] > pool.gpu_memory or self.load[j] > pool.capacity * self.count[j] * ROUNDING):
                return False
        return True


def steps_of(problem, pools):
    """(touches the edge, ends in the cloud), or None where a part returns to the edge."""
    gone = False
    for j in pools:
        if problem.pools[j].cloud:
            gone = True
        elif gone:
            return None
    return not problem.pools[pools[0]].cloud, gone


def joined(model, state, c):
    """Ways from and to all placed neighbours of c, and no return from the cloud to the edge."""
    problem = model.problem
    for a, b, _, _ in problem.flows:
        if c not in (a, b) or not (state.placed[a] and state.placed[b]):
            continue
        parts, pools = problem.components[a][state.variant[a]].parts, state.pools[a]
        for p, part in enumerate(parts):
            if (p + 1 == len(parts) or part.exit > 0) and math.isinf(model.hop(pools[p], state.pools[b][0], 0.0)):
                return False
    return not returns(state, c, state.pools[c])


def returns(state, c, pools):
    """Would there be a way from the cloud back to the edge, were c on these pools?"""
    problem = state.problem
    if not problem.one_way:
        return False
    touches, ends = steps_of(problem, pools)
    for other, placed in enumerate(state.placed):
        if not placed or other == c:
            continue
        if other in problem.before[c] and touches and problem.pools[state.pools[other][-1]].cloud:
            return True
        if c in problem.before[other] and ends and not problem.pools[state.pools[other][0]].cloud:
            return True
    return False


def objective(model, placement, moves):
    """What a whole placement costs, missed preferences and moves included; Refused when it breaks
    a rule."""
    problem = model.problem
    state = State(problem, placement.count)
    due = 0.0
    for c, (v, pools) in enumerate(zip(placement.variant, placement.pools)):
        name, parts = problem.names[c], problem.components[c][v].parts
        if len(pools) != len(parts) or any(j not in part.by_pool for part, j in zip(parts, pools)):
            raise Refused(f"{name} cannot run where it is")
        options = [part.by_pool[j] for part, j in zip(parts, pools)]
        for part, o in zip(parts, options):
            if problem.pools[o.pool].function and o.memory > problem.pools[o.pool].memory:
                raise Refused(f"{name}: a function is too large for {problem.pools[o.pool].name}")
        for p in range(1, len(pools)):
            if math.isinf(model.hop(pools[p - 1], pools[p], 0.0)):
                raise Refused(f"{name}: no way between its parts")
        if problem.one_way and steps_of(problem, pools) is None:
            raise Refused(f"{name} returns to the edge")
        state.put(c, v, options)
        due += moves.due(c, v, pools)
    for j, pool in enumerate(problem.pools):
        if pool.function:
            if placement.count[j]:
                raise Refused(f"{pool.name} has no count")
        elif placement.count[j] > pool.max or placement.count[j] < pool.idle:
            raise Refused(f"{pool.name} cannot have {placement.count[j]} instances")
        if state.users[j] and not state.fits([j]):
            raise Refused(f"{pool.name} has not enough room")
    for z, one_kind in enumerate(problem.one_kind):
        used = [j for j, pool in enumerate(problem.pools) if pool.zone == z and not pool.function and state.users[j]]
        if one_kind and len(used) > 1:
            raise Refused(f"{problem.zone_name[z]} has more than one kind")
    for c in range(len(problem.components)):
        if not joined(model, state, c):
            raise Refused(f"{problem.names[c]}: no way from or to its neighbours")
    due += model.total(Paid(state), problem.goal)
    for rule in problem.constraints:
        if model.holds(rule, Paid(state)):
            continue
        if rule.weight is None:
            raise Refused(f"`{rule.name}` is broken")
        due += rule.weight
    return due


class Paid:
    """A state in which every instance counts, used or not."""

    def __init__(self, state):
        self.__dict__.update(state.__dict__)

    def there(self, j):
        return self.count[j]


class Moves:
    """What parts pay for being elsewhere than before."""

    def __init__(self, before=None, price=0.0):
        self.before, self.price = before, price

    def due(self, c, v, pools):
        return sum(self.one(c, v, p, j) for p, j in enumerate(pools))

    def one(self, c, v, p, j):
        if self.before is None:
            return 0.0
        if c >= len(self.before.variant) or self.before.variant[c] != v:
            return self.price
        there = self.before.pools[c]
        return 0.0 if p < len(there) and there[p] == j else self.price
