"""Bounds from below on what placements on some hardware cost, at given prices of a busy second:
capacity is not demanded but charged for, and then each pool and each part decides alone
(Lagrangian relaxation). Valid at any prices that are not negative."""
import math

from reading import CLOUD, EDGE, MIXED


class Hardware:
    """What is still open: pools that may be used with the range of their counts. A pool that may not
    be used has its idle count."""

    def __init__(self, usable, low, high):
        self.usable, self.low, self.high = usable, low, high

    def copy(self):
        return Hardware(self.usable[:], self.low[:], self.high[:])


class Bounds:
    def __init__(self, problem, table):
        self.problem, self.table = problem, table
        self.groups = []
        for z, one_kind in enumerate(problem.one_kind):
            members = [j for j, pool in enumerate(problem.pools) if pool.zone == z and not pool.function]
            if one_kind:
                self.groups.append((members, True))
            else:
                self.groups += [([j], False) for j in members]
        # For the sums over options: plain tuples.
        self.plain = [[[[(o.pool, o.load, fixed, problem.one_way and o.cloud) for o, fixed in options]
                        for options in parts] for parts in rows] for rows in table]

    def bound(self, hardware, prices):
        total = self.instances(hardware, prices)
        costs = [self.costs(hardware, prices, c) for c in range(len(self.table))]
        if not self.problem.one_way:
            return total + sum(cost[EDGE] for cost in costs)
        return total + self.staircase(costs)

    def instances(self, hardware, prices):
        return sum(self.group(members, one_kind, hardware, prices) for members, one_kind in self.groups)

    def group(self, members, one_kind, hardware, prices):
        """Instances less what their capacity earns, over every way of using these pools."""
        pools = self.problem.pools
        idle = sum(pools[j].burden * pools[j].idle for j in members)
        ways = []
        required = [j for j in members if hardware.usable[j] and hardware.low[j] > pools[j].idle]
        for j in required or members:
            if not hardware.usable[j]:
                continue
            each = pools[j].burden - prices[j] * pools[j].capacity
            ends = (each * hardware.low[j], each * hardware.high[j])
            ways.append(min(ends) - pools[j].burden * pools[j].idle)
        if not required:
            ways.append(0.0)
        return idle + min(ways)

    def costs(self, hardware, prices, c):
        """The least a component pays on each step: all at the edge, first there and then in the
        cloud, all in the cloud. Where requests may return only the first counts."""
        best = [math.inf] * 3
        usable = hardware.usable
        for parts in self.plain[c]:
            if not parts:
                continue
            edge, mixed, cloud, first = 0.0, math.inf, 0.0, True
            for options in parts:
                at_edge = in_cloud = math.inf
                for j, load, fixed, away in options:
                    if usable[j]:
                        due = fixed + prices[j] * load
                        if away:
                            if due < in_cloud:
                                in_cloud = due
                        elif due < at_edge:
                            at_edge = due
                mixed = (mixed if first else min(mixed, edge)) + in_cloud
                edge += at_edge
                cloud += in_cloud
                first = False
            best = [min(best[EDGE], edge), min(best[MIXED], mixed), min(best[CLOUD], cloud)]
        if not self.problem.one_way:
            return [best[EDGE], math.inf, math.inf]
        return best

    def staircase(self, costs):
        """The least sum when whatever follows a component that ends in the cloud is all cloud. If
        the cheapest steps already are like that they are the least; else a maximum flow, each of
        whose values is a bound."""
        least = [min(cost) for cost in costs]
        total = sum(least)
        if math.isinf(total):
            return total
        cheapest = [cost.index(value) for cost, value in zip(costs, least)]
        back = any(cheapest[a] != EDGE and cheapest[b] != CLOUD for a, b, _, _ in self.problem.flows)
        return total + (Cut(costs, least, self.problem.flows).flow() if back else 0.0)


class Cut:
    """Each component is a chain from the source to the sink of three arcs, which carry what a step
    costs above the least; cutting the first means all cloud, the second mixed, the third all edge.
    Arcs without limit forbid that what follows the cloud is not all cloud."""

    def __init__(self, costs, least, flows):
        n = len(costs)
        self.out = [[] for _ in range(2 + 2 * n)]
        self.to, self.left = [], []
        self.small = max(value for cost in costs for value in cost if math.isfinite(value)) * 1e-13
        for c, cost in enumerate(costs):
            entered, stayed = 2 + 2 * c, 3 + 2 * c
            self.arc(0, entered, cost[CLOUD] - least[c])
            self.arc(entered, stayed, cost[MIXED] - least[c], math.inf)
            self.arc(stayed, 1, cost[EDGE] - least[c])
        for a, b in {(a, b) for a, b, _, _ in flows}:
            self.arc(2 + 2 * b, 3 + 2 * a, math.inf)

    def arc(self, a, b, forth, back=0.0):
        self.out[a].append(len(self.to))
        self.to.append(b)
        self.left.append(forth)
        self.out[b].append(len(self.to))
        self.to.append(a)
        self.left.append(back)

    def flow(self):
        total = 0.0
        while True:
            by = self.path()
            if by is None:
                return total
            node, most = 1, math.inf
            while node:
                most = min(most, self.left[by[node]])
                node = self.to[by[node] ^ 1]
            if math.isinf(most):
                return math.inf
            node = 1
            while node:
                self.left[by[node]] -= most
                self.left[by[node] ^ 1] += most
                node = self.to[by[node] ^ 1]
            total += most

    def path(self):
        """The arc by which each node is reached on a shortest way to the sink."""
        by, queue = {0: None}, [0]
        for node in queue:
            for arc in self.out[node]:
                if self.left[arc] > self.small and self.to[arc] not in by:
                    by[self.to[arc]] = arc
                    if self.to[arc] == 1:
                        return by
                    queue.append(self.to[arc])
        return None
