"""A certificate's problem as numbers, and nothing but numbers: whatever a file says, what comes out
of here has the right shape and only finite values, or Malformed is raised."""
import json
import math

FORMS = ("nodes", "machines", "functions")
METRICS = ("response", "accuracy", "cost", "energy", "carbon", "availability", "utilisation", "rate", "where",
           "apart")
EDGE, MIXED, CLOUD = 0, 1, 2


class Malformed(Exception):
    """The file is no certificate."""


class Refused(Exception):
    """What the certificate says is not so."""


def load(text):
    def no_number(word):
        raise Malformed(f"{word} is no number")
    try:
        return json.loads(text, parse_constant=no_number)
    except RecursionError:
        raise Malformed("nested too deep") from None
    except ValueError as error:
        raise Malformed(f"no JSON: {str(error)[:200]}") from None


def member(thing, key, kind, what):
    if not isinstance(thing, dict):
        raise Malformed(f"{what} is no object")
    value = thing.get(key)
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise Malformed(f"{what} has no `{key}`, or one of the wrong kind")
    return value


def number(thing, key, what, default=None, low=0.0, high=1e18):
    """A finite number within its limits; `default` where it is absent."""
    if isinstance(thing, dict) and default is not None and key not in thing:
        return default
    return figure(member(thing, key, (int, float), what), f"`{key}` of {what}", low, high)


def figure(value, what, low=0.0, high=1e18):
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise Malformed(f"{what} is no number")
    if not low <= value <= high:
        raise Malformed(f"{what} is out of range")
    return float(value)


def index(value, limit, what):
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < limit:
        raise Malformed(f"{what} leads nowhere")
    return value


def indices(values, limit, what):
    if not isinstance(values, list):
        raise Malformed(f"{what} is no list")
    return [index(value, limit, what) for value in values]


class Pool:
    def __init__(self, raw, zones, ceiling, goal, what):
        self.name = str(raw.get("name", what)) if isinstance(raw, dict) else what
        self.zone = index(member(raw, "zone", int, what), zones, f"the zone of {what}")
        self.form = member(raw, "form", str, what)
        if self.form not in FORMS:
            raise Malformed(f"{what} is no such thing")
        self.function = self.form == "functions"
        self.cloud = self.form != "nodes"
        unlimited = raw.get("memory", 0) is None
        self.memory = math.inf if unlimited else number(raw, "memory", what)
        self.gpu_memory = math.inf if raw.get("gpu_memory", 0) is None else number(raw, "gpu_memory", what, 0.0)
        self.reserved = number(raw, "reserved", what, 0.0)
        self.price = number(raw, "price", what, 0.0)
        self.fee = number(raw, "fee", what, 0.0)
        self.power = number(raw, "power", what, 0.0)
        self.carbon = number(raw, "carbon", what, 0.0)
        self.availability = number(raw, "availability", what, 1.0, 0, 1)
        self.cores = number(raw, "cores", what, 1.0, 1e-9, 1e6)
        self.per_core = raw.get("per_core", False) is True
        self.burden = {"cost": self.price, "energy": self.power, "carbon": self.carbon}[goal]
        share = min(ceiling, 1 - 1e-9)
        if self.function:
            self.idle = self.max = 0
            concurrency = number(raw, "concurrency", what, 0.0)
            self.concurrency = concurrency
            self.capacity = concurrency * share if concurrency > 0 else math.inf
        else:
            # Instances that are there, and cost, whether used or not.
            self.idle = int(number(raw, "min", what, 0.0, 0, 1e9))
            self.max = int(number(raw, "max", what, None, 0, 1e9))
            self.capacity = (self.cores if self.per_core else 1.0) * share
            if self.idle > self.max:
                raise Malformed(f"{what} has fewer than its least")


class Option:
    """One part on one pool."""
    __slots__ = ("pool", "demand", "mean", "variance", "memory", "gpu", "load", "cost", "fixed", "cloud",
                 "variation")

    def __init__(self, raw, part, pools, goal, what):
        self.pool = index(member(raw, "pool", int, what), len(pools), f"the pool of {what}")
        pool = pools[self.pool]
        self.demand = number(raw, "demand", what)
        self.memory = number(raw, "memory", what, part.memory)
        self.gpu = part.gpu_memory
        self.variation = number(raw, "variation", what, 1.0, 0, 1e3)
        self.load = self.demand * part.rate
        self.cloud = pool.cloud
        self.mean = self.variance = self.cost = self.fixed = 0.0
        if pool.function:
            response = member(raw, "response", list, what)
            if len(response) != 2:
                raise Malformed(f"{what} has no mean and variance")
            self.mean, self.variance = (figure(value, f"the time of {what}") for value in response)
            billed = number(raw, "billed", what, self.demand)
            self.cost = part.rate * (billed * pool.price + pool.fee)
            self.fixed = self.cost if goal == "cost" else self.load * pool.burden


class Part:
    def __init__(self, raw, pools, goal, what):
        self.name = str(raw.get("name", what)) if isinstance(raw, dict) else what
        self.rate = number(raw, "rate", what)
        self.memory = number(raw, "memory", what, 0.0)
        self.gpu_memory = number(raw, "gpu_memory", what, 0.0)
        self.output = number(raw, "output", what, 0.0)
        self.exit = number(raw, "exit", what, 0.0, 0, 1)
        self.options = [Option(raw_option, self, pools, goal, what)
                        for raw_option in member(raw, "options", list, what)]
        self.by_pool = {option.pool: option for option in self.options}
        if len(self.by_pool) != len(self.options):
            raise Malformed(f"{what} is offered twice on one pool")


class Variant:
    def __init__(self, raw, pools, goal, what):
        self.name = str(raw.get("name", what)) if isinstance(raw, dict) else what
        self.parts = [Part(part, pools, goal, f"{what}, part {p}")
                      for p, part in enumerate(member(raw, "parts", list, what))]
        if not self.parts:
            raise Malformed(f"{what} has no part")
        self.accuracy = number(raw, "accuracy", what, 0.0, -1e18)


class Constraint:
    def __init__(self, raw, components, pools, what):
        self.name = str(raw.get("name", what)) if isinstance(raw, dict) else what
        self.metric = member(raw, "metric", str, what)
        if self.metric not in METRICS:
            raise Malformed(f"{what} is about nothing known")
        self.path = indices(raw.get("path", []), components, f"the path of {what}")
        self.weight = number(raw, "weight", what) if "weight" in raw else None
        self.percentile = number(raw, "percentile", what, None, 1e-9, 1 - 1e-9) if "percentile" in raw else None
        self.at_most = "at_most" in raw
        self.bound, self.pools, self.pool = 0.0, frozenset(), 0
        if self.metric == "where":
            self.pools = frozenset(indices(raw.get("pools"), len(pools), f"the pools of {what}"))
        else:
            key = "at_most" if self.at_most else "at_least"
            unlimited = self.at_most and raw[key] is None
            self.bound = math.inf if unlimited else number(raw, key, what, None, -1e18)
        if self.metric == "utilisation":
            self.pool = index(member(raw, "pool", int, what), len(pools), f"the pool of {what}")
        elif not self.path and self.metric not in ("cost", "energy", "carbon"):
            raise Malformed(f"{what} names no component")

    def meets(self, value):
        # As exact as sums of doubles are.
        slack = 1e-9 * max(1e-9, abs(self.bound)) if math.isfinite(self.bound) else 0
        return value <= self.bound + slack if self.at_most else value >= self.bound - slack


class Problem:
    def __init__(self, raw):
        self.goal = member(raw, "goal", str, "the problem")
        if self.goal not in ("cost", "energy", "carbon"):
            raise Malformed("no such goal")
        self.one_way = member(raw, "one_way", bool, "the problem")
        ceiling = number(raw, "ceiling", "the problem", None, 1e-9, 1)
        self.ceiling = ceiling
        zones = member(raw, "zones", list, "the problem")
        self.one_kind = [member(zone, "one_kind", bool, f"zone {z}") for z, zone in enumerate(zones)]
        self.zone_name = [str(zone.get("name", f"zone {z}")) for z, zone in enumerate(zones)]
        self.zone_up = [number(zone, "availability", f"zone {z}", 1.0, 0, 1) for z, zone in enumerate(zones)]
        self.pools = [Pool(pool, len(zones), ceiling, self.goal, f"pool {j}")
                      for j, pool in enumerate(member(raw, "pools", list, "the problem"))]
        self.routes = {}
        for route in member(raw, "routes", list, "the problem"):
            a, b = (index(member(route, end, int, "a route"), len(zones), "a route") for end in ("from", "to"))
            self.routes.setdefault((a, b), []).append(
                (number(route, "delay", "a route", 0.0), number(route, "seconds_per_byte", "a route", 0.0),
                 number(route, "price", "a route", 0.0)))
        self.dearest = max((route[2] for ways in self.routes.values() for route in ways), default=0.0)
        raw_components = member(raw, "components", list, "the problem")
        self.rate = [number(component, "rate", f"component {c}") for c, component in enumerate(raw_components)]
        self.names = [str(component.get("name", f"component {c}")) for c, component in enumerate(raw_components)]
        self.components = [
            [Variant(variant, self.pools, self.goal, f"component {c}, variant {v}")
             for v, variant in enumerate(member(component, "variants", list, f"component {c}"))]
            for c, component in enumerate(raw_components)]
        n = len(self.components)
        # Components with copies, by their first one.
        self.copy_of = [index(component["copy_of"], n, "a copy") if "copy_of" in component else None
                        for component in raw_components]
        self.flows = []
        for flow in member(raw, "flows", list, "the problem"):
            a, b = (index(member(flow, end, int, "a flow"), n, "a flow") for end in ("from", "to"))
            if a >= b:
                raise Malformed("a flow goes backwards")
            size = number(flow, "bytes", "a flow") if "bytes" in flow else None
            self.flows.append((a, b, size, number(flow, "probability", "a flow", 1.0)))
        # What is sent from one to the next, where that does not depend on the last part.
        self.sent = {(a, b): size for a, b, size, _ in reversed(self.flows) if size is not None}
        self.before = [set() for _ in range(n)]
        for a, b, _, _ in sorted(self.flows, key=lambda flow: flow[1]):
            self.before[b] |= self.before[a] | {a}
        self.constraints = [Constraint(rule, n, self.pools, f"constraint {i}")
                            for i, rule in enumerate(member(raw, "constraints", list, "the problem"))]


class Placement:
    """Variant and pools of every component, and instances of every pool."""

    def __init__(self, raw, problem, counts=True):
        chosen = member(raw, "components", list, "the placement")
        if len(chosen) != len(problem.components):
            raise Malformed("the placement has another number of components")
        self.variant, self.pools = [], []
        for c, pair in enumerate(chosen):
            if not isinstance(pair, list) or len(pair) != 2:
                raise Malformed("the placement is no list of variants and pools")
            self.variant.append(index(pair[0], len(problem.components[c]), f"the variant of {problem.names[c]}"))
            self.pools.append(indices(pair[1], len(problem.pools), f"the pools of {problem.names[c]}"))
        self.count = []
        if counts:
            self.count = indices(raw.get("counts"), 10 ** 9, "a count")
            if len(self.count) != len(problem.pools):
                raise Malformed("the placement has another number of pools")
