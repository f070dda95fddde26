"""What each part may choose from before anything is decided: options that hold on their own, and
that some placement within the bounds on mean response times can use."""
import math


def options_alone(model, moves):
    """[component][variant][part] -> options; a variant that cannot be used has none at all. With a
    price of moving on top of what they cost."""
    problem = model.problem
    required = [rule for rule in problem.constraints if rule.weight is None]
    table = []
    for c, variants in enumerate(problem.components):
        banned = set()
        for rule in required:
            if rule.metric == "where" and rule.path[0] == c:
                banned |= set(range(len(problem.pools))) - rule.pools
        rows = []
        for v, variant in enumerate(variants):
            accurate = all(rule.meets(variant.accuracy) for rule in required
                           if rule.metric == "accuracy" and rule.path[0] == c)
            parts = [[(o, o.fixed + moves.one(c, v, p, o.pool)) for o in part.options
                      if accurate and o.pool not in banned and alone(problem.pools[o.pool], o)]
                     for p, part in enumerate(variant.parts)]
            rows.append(parts if all(parts) else [])
        table.append(rows)
    return table


def alone(pool, o):
    if pool.function:
        return o.memory <= pool.memory and o.load <= pool.capacity * (1 + 1e-12)
    return (o.memory + pool.reserved <= pool.memory and o.gpu <= pool.gpu_memory and
            o.load <= pool.capacity * pool.max * (1 + 1e-12))


class TooLate:
    """Takes away what cannot be in time. Along a path a request is at each step in some zone; the
    least time up to there and from there on, over the options that are left, on hardware that
    serves nobody else, is a bound from below. A component cut in parts is left from anywhere."""

    def __init__(self, model, table):
        self.model, self.problem, self.table = model, model.problem, table
        self.zones = range(len(self.problem.one_kind))
        self.anywhere = len(self.problem.one_kind)

    def run(self):
        """False: some component has nothing left."""
        rules = [rule for rule in self.problem.constraints
                 if rule.metric == "response" and rule.weight is None and rule.at_most and rule.percentile is None]
        while True:
            if not all(any(rows) for rows in self.table):
                return False
            # A list, so that each rule has its turn.
            if not any([self.prune(rule) for rule in rules if all(any(rows) for rows in self.table)]):
                return all(any(rows) for rows in self.table)

    def time(self, o):
        pool = self.problem.pools[o.pool]
        return self.model.station(o, o.load, max(pool.max, 1))[0]

    def hop(self, a, b, size):
        if a == b or a == self.anywhere:
            return 0.0
        ways = self.problem.routes.get((a, b), ())
        return min((delay + size * each for delay, each, _ in ways), default=math.inf)

    def entries(self, c):
        """(variant, option, zone entered, zone left, least time inside)."""
        for v, parts in enumerate(self.table[c]):
            if not parts:
                continue
            rest, stay = 0.0, 1.0
            for p in range(1, len(parts)):
                stay *= 1 - self.problem.components[c][v].parts[p - 1].exit
                rest += stay * min(self.time(o) for o, _ in parts[p])
            for o, _ in parts[0]:
                zone = self.problem.pools[o.pool].zone
                yield v, o, zone, self.anywhere if len(parts) > 1 else zone, self.time(o) + rest

    def prune(self, rule):
        path = rule.path
        last = len(path) - 1
        entries = [list(self.entries(c)) for c in path]
        size = [min(self.problem.sent.get((a, b), variant.parts[-1].output) for variant in self.problem.components[a])
                for a, b in zip(path, path[1:])]

        def onward(k, zone, ahead):
            if k == last:
                return 0.0
            return min(ahead[k + 1][z] + self.hop(zone, z, size[k]) for z in self.zones)

        def arrival(k, zone, behind):
            if k == 0:
                return 0.0
            return min(behind[k - 1][z] + self.hop(z, zone, size[k - 1]) for z in range(self.anywhere + 1))

        ahead = [[math.inf] * (self.anywhere + 1) for _ in path]
        behind = [[math.inf] * (self.anywhere + 1) for _ in path]
        for k in range(last, -1, -1):
            after = [onward(k, zone, ahead) for zone in range(self.anywhere + 1)]
            for _, _, entered, left, time in entries[k]:
                ahead[k][entered] = min(ahead[k][entered], time + after[left])
        most = rule.bound + 2e-9 * max(1e-9, abs(rule.bound))
        gone = False
        for k, c in enumerate(path):
            before = [arrival(k, zone, behind) for zone in self.zones]
            after = [onward(k, zone, ahead) for zone in range(self.anywhere + 1)]
            late = {(v, o.pool) for v, o, entered, left, time in entries[k]
                    if before[entered] + time + after[left] > most}
            for v, o, entered, left, time in entries[k]:
                if (v, o.pool) not in late:
                    behind[k][left] = min(behind[k][left], before[entered] + time)
            for v, parts in enumerate(self.table[c]):
                if not parts:
                    continue
                parts[0] = [pair for pair in parts[0] if (v, pair[0].pool) not in late]
                if not parts[0]:
                    self.table[c][v] = []
            gone = gone or bool(late)
        return gone
