"""Checks a solution in SPACE4AI's format against its system, on its own: nothing of the engine
is used, and nothing is assumed of how the solution was found. Units are those of the files."""
import math


class Wrong(Exception):
    pass


def cold_share(rate, warm, cold, idle):
    """Share of requests that start a function: the stationary number of warm instances m, weighed
    with the Erlang loss B(m) (Mahmoudi and Khazaei, IEEE TCC 2020)."""
    load, loss, down, weight = rate * warm, 1.0, 0.0, 0.0
    states = []  # (logarithm of the weight, loss)
    for m in range(1001):
        if m:
            births = rate * loss
            up = births / (1 + births * cold)
            below, loss = loss, load * loss / (m + load * loss)
            taken = rate * (below - loss)
            quiet = math.exp(-taken * idle)
            if taken > 0 and quiet > 0:
                window = idle + warm
                gap = (1 - math.exp(-taken * window)) / taken - window * math.exp(-taken * window)
                down += 1 / (idle + (1 / quiet - 1) * gap)
            if down <= 0:  # nobody dies yet: the chain only climbs, and leaves all this behind
                states, weight = [], 0.0
            else:
                weight += math.log(up) - math.log(down)
        states.append((weight, loss))
        if weight < max(w for w, _ in states) - 80:
            break
    heaviest = max(w for w, _ in states)
    weights = [math.exp(w - heaviest) for w, _ in states]
    return sum(w * loss for w, (_, loss) in zip(weights, states)) / sum(weights)


class System:
    def __init__(self, json, rate):
        self.json = json
        self.resources = {}  # name: (section, layer, attributes)
        for section in ("EdgeResources", "CloudResources", "FaaSResources"):
            for layer, types in json.get(section, {}).items():
                for name, attributes in types.items():
                    if isinstance(attributes, dict):
                        self.resources[name] = (section, layer, attributes)
        self.flows = {c: list(zip(v["next"], v["transition_probability"]))
                      for c, v in json["DirectedAcyclicGraph"].items()}
        self.before = {c: [] for c in json["Components"]}
        for a, flows in self.flows.items():
            for b, probability in flows:
                self.before[b].append((a, probability))
        self.order, self.rate = [], {}
        while len(self.order) < len(self.before):
            ready = [c for c in self.before
                     if c not in self.rate and all(a in self.rate for a, _ in self.before[c])]
            for c in ready:
                self.order.append(c)
                self.rate[c] = sum(p * self.rate[a] for a, p in self.before[c]) \
                    if self.before[c] else rate
        self.memory = {(c, h, entry["resource"]): entry["memory"]
                       for c, parts in json["CompatibilityMatrix"].items()
                       for h, entries in parts.items() for entry in entries}

    def chain(self, component, deployment):
        parts = self.json["Components"][component][deployment]
        followers = {p["next"][0] for p in parts.values() if p["next"] and p["next"][0] in parts}
        name = next(h for h in parts if h not in followers)
        chain = [name]
        while parts[name]["next"] and parts[name]["next"][0] in parts:
            name = parts[name]["next"][0]
            chain.append(name)
        return chain

    def delay(self, a, b, size):
        if a == b:
            return 0.0
        return min(d["AccessDelay"] + size / d["Bandwidth"]
                   for d in self.json["NetworkTechnology"].values()
                   for layers in [d.get("computationallayers") or d.get("computationalLayers")]
                   if self.resources[a][1] in layers and self.resources[b][1] in layers)


class Run:
    """How one component runs: its deployment's parts in order, each with a resource and a rate."""

    def __init__(self, system, component, solution):
        placed, self.said = {}, {}
        body = solution["components"][component]
        deployments = system.json["Components"][component]
        known = {h: s for s, parts in deployments.items() for h in parts}
        for s, parts in body.items():  # one level more, or not
            for h, layers in (parts.items() if s in deployments else [(s, parts)]):
                if h not in known or not isinstance(layers, dict):
                    continue
                self.said[h] = layers["response_time"]
                for layer, types in layers.items():
                    if isinstance(types, dict):
                        (name, attributes), = types.items()
                        placed[h] = (layer, name, attributes.get("number"))
        if not placed:
            raise Wrong(f"{component} is nowhere")
        deployment = known[next(iter(placed))]
        self.parts = system.chain(component, deployment)
        if set(self.parts) != set(placed):
            raise Wrong(f"{component} is not all of {deployment}")
        written = system.json["Components"][component][deployment]
        self.exit = [written[h]["early_exit_probability"] for h in self.parts[:-1]] + [0]
        self.size = [written[h]["data_size"][0] for h in self.parts[:-1]]
        self.sends = dict(zip(written[self.parts[-1]]["next"], written[self.parts[-1]]["data_size"]))
        self.on = [placed[h][1] for h in self.parts]
        self.count = [placed[h][2] for h in self.parts]
        self.share = [1.0]
        for share in self.exit[:-1]:
            self.share.append(self.share[-1] * (1 - share))
        self.rate = [system.rate[component] * share for share in self.share]
        self.need = []
        for h, name in zip(self.parts, self.on):
            if (component, h, name) not in system.memory:
                raise Wrong(f"{component}.{h} cannot run on {name}")
            if placed[h][0] != system.resources[name][1]:
                raise Wrong(f"{name} is not in {placed[h][0]}")
            self.need.append(system.json["Performance"][component][h][name])


def close(what, said, real):
    if abs(said - real) > 1e-6 * max(abs(real), 1e-9):
        raise Wrong(f"{what} is said to be {said}, and is {real}")


def check(json, rate, solution):
    """The cost of the solution; Wrong says what does not hold."""
    system = System(json, rate)
    runs = {c: Run(system, c, solution) for c in system.order}
    counts, busy, memory, layers, cost = {}, {}, {}, {}, 0.0
    for c, run in runs.items():
        for h, name, count, share, need in zip(run.parts, run.on, run.count, run.rate, run.need):
            section, layer, attributes = system.resources[name]
            if section == "FaaSResources":
                cost += attributes["cost"] * need["demandWarm"] * share * json.get("Time", 1)
                if system.memory[c, h, name] > attributes["memory"]:
                    raise Wrong(f"{c}.{h} needs more memory than {name} has")
                continue
            if counts.setdefault(name, count) != count or not 1 <= count <= attributes["number"]:
                raise Wrong(f"{name} has {count} instances, or {counts[name]}")
            if layers.setdefault(layer, name) != name:
                raise Wrong(f"{layer} has {name} and {layers[layer]}")
            busy[name] = busy.get(name, 0.0) + need["demand"] * share / count
            memory[name] = memory.get(name, 0.0) + system.memory[c, h, name]
    for name, count in counts.items():
        attributes = system.resources[name][2]
        cost += count * attributes["cost"] * json.get("Time", 1)
        if busy[name] >= 1:
            raise Wrong(f"{name} is used {busy[name]:.3f}")
        if memory[name] > attributes["memory"]:
            raise Wrong(f"each {name} would need {memory[name]} MB")
    cloud = {}
    for c in system.order:
        left = any(cloud[a] for a, p in system.before[c] if p > 0)
        for name in runs[c].on:
            if system.resources[name][0] != "EdgeResources":
                left = True
            elif left:
                raise Wrong(f"{c} comes back from the cloud")
        cloud[c] = left
    response = {}
    for c, run in runs.items():
        total = 0.0
        for k, (h, name) in enumerate(zip(run.parts, run.on)):
            need = run.need[k]
            if system.resources[name][0] == "FaaSResources":
                idle = system.resources[name][2]["idle_time_before_kill"]
                cold = cold_share(run.rate[k], need["demandWarm"], need["demandCold"], idle)
                time = cold * need["demandCold"] + (1 - cold) * need["demandWarm"]
            else:
                time = need["demand"] / (1 - busy[name])
            close(f"the time of {c}.{h}", run.said[h], time)
            if k:
                time += system.delay(run.on[k - 1], name, run.size[k - 1])
            total += run.share[k] * time
        response[c] = total
        close(f"the time of {c}", solution["components"][c]["response_time"], total)
    for c, bound in json.get("LocalConstraints", {}).items():
        if response[c] > bound["local_res_time"] * (1 + 1e-9):
            raise Wrong(f"{c} takes {response[c]}")
    for path, bound in json.get("GlobalConstraints", {}).items():
        total = sum(response[c] for c in bound["components"])
        for a, b in zip(bound["components"], bound["components"][1:]):
            run = runs[a]
            for share, leaves, name in zip(run.share, run.exit[:-1] + [1], run.on):
                if leaves > 0:
                    total += share * leaves * system.delay(name, runs[b].on[0], run.sends[b])
        close(f"the time of {path}", solution["global_constraints"][path]["path_response_time"], total)
        if total > bound["global_res_time"] * (1 + 1e-9):
            raise Wrong(f"{path} takes {total}")
    close("the cost", float(solution["total_cost"]), cost)
    return cost
