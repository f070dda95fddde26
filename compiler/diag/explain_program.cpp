#include "compiler/diag/pages.h"

namespace sprint::diag {
namespace {

constexpr Page All[] = {
    {"E0401", "a component can run nowhere",
     "A component runs on the kinds of node and function service it has a demand on. None of\n"
     "them is in the continuum.",
     R"(import std.edge
import std.drone

component Blur {
  image = "blur:1"
  demand { drone.Box = 10 ms }
}
application App {
  workload = 1 rps
  require response(Blur) <= 1 s
}
continuum Here {
  zone plant {
    trust = owned
    nodes rpi[1]: edge.RaspberryPi4 { address = "10.0.0.1", user = "pi" }
  }
}
deploy App on Here { minimize cost }
)",
     R"(import std.edge

component Blur {
  image = "blur:1"
  demand { edge.RaspberryPi4 = 10 ms }
}
application App {
  workload = 1 rps
  require response(Blur) <= 1 s
}
continuum Here {
  zone plant {
    trust = owned
    nodes rpi[1]: edge.RaspberryPi4 { address = "10.0.0.1", user = "pi" }
  }
}
deploy App on Here { minimize cost }
)"},
    {"E0402", "flows form a circle",
     "Requests go from component to component and end somewhere; a circle would never end.",
     R"(component A { image = "a:1" }
component B { image = "b:1" }
application App {
  workload = 1 rps
  flow A -> B
  flow B -> A
}
)",
     R"(component A { image = "a:1" }
component B { image = "b:1" }
application App {
  workload = 1 rps
  flow A -> B
}
)"},
    {"E0403", "no flow goes that way",
     "A path in a requirement follows the declared flows, step by step.",
     R"(component A { image = "a:1" }
component B { image = "b:1" }
component C { image = "c:1" }
application App {
  workload = 1 rps
  flow A -> B -> C
  require response(A -> C) <= 2 s
}
)",
     R"(component A { image = "a:1" }
component B { image = "b:1" }
component C { image = "c:1" }
application App {
  workload = 1 rps
  flow A -> B -> C
  require response(A -> B -> C) <= 2 s
}
)"},
    {"E0404", "this is no requirement",
     "A requirement compares one measure with a bound by `<=` or `>=`: `response(A -> B)`,\n"
     "`rate(A)`, `utilisation(zone.pool)`, `accuracy(A)`, `cost`, `energy`, `carbon`; a response\n"
     "may be taken `at p95`.",
     R"(component A { image = "a:1" }
component B { image = "b:1" }
application App {
  workload = 1 rps
  flow A -> B
  require response(A) < 2 s
}
)",
     R"(component A { image = "a:1" }
component B { image = "b:1" }
application App {
  workload = 1 rps
  flow A -> B
  require response(A) <= 2 s
}
)"},
    {"E0405", "an empty range", "A pool `[lo..hi]` has at least `lo` and at most `hi` instances.",
     R"(import std.edge

continuum Here {
  zone plant {
    trust = owned
    nodes rpi[3..1]: edge.RaspberryPi4 { address = "10.0.0.1", user = "pi" }
  }
}
)",
     R"(import std.edge

continuum Here {
  zone plant {
    trust = owned
    nodes rpi[1..3]: edge.RaspberryPi4 { address = "10.0.0.1", user = "pi" }
  }
}
)"},
    {"E0406", "a template needs an attribute that is not given",
     "The kind of node, or the host, makes resources from attributes of who uses it. One of\n"
     "them is missing: planning would stop there.",
     R"(import std.edge

continuum Here {
  zone plant {
    trust = owned
    host  = edge.K3s
    nodes rpi[2]: edge.RaspberryPi4 { address = "10.0.0.{11 + index}" }
  }
}
)",
     R"(import std.edge

continuum Here {
  zone plant {
    trust = owned
    host  = edge.K3s
    nodes rpi[2]: edge.RaspberryPi4 { address = "10.0.0.{11 + index}", user = "pi" }
  }
}
)"},
    {"E0501", "data gets somewhere as less than it is",
     "What leaves a component has at least the class of what went in. If nothing of the input\n"
     "is left in the output, the component says so, and who reviewed that: `declassify`.",
     R"(data Frame   { class = personal }
data Blurred { class = anonymous }

component Blur {
  image  = "blur:1"
  input  = Frame
  output = Blurred
}
component Detect {
  image = "detect:1"
  input = Blurred
}
application App {
  workload = 1 rps
  flow Blur -> Detect
}
)",
     R"(data Frame   { class = personal }
data Blurred { class = anonymous }

component Blur {
  image  = "blur:1"
  input  = Frame
  output = Blurred
  declassify Frame { by = "face blurring", review = "2026-03" }
}
component Detect {
  image = "detect:1"
  input = Blurred
}
application App {
  workload = 1 rps
  flow Blur -> Detect
}
)"},
    {"E0502", "data may not go there",
     "Personal data stays in zones that are owned, in the countries of its residency. No zone\n"
     "that the component could run in is one.",
     R"(import std.openstack

data Frame { class = personal }

component Look {
  image = "look:1"
  input = Frame
  demand { openstack.Large = 10 ms }
}
application App {
  workload = 1 rps
  require response(Look) <= 1 s
}
continuum There {
  zone upv {
    trust = partner
    machines large[0..4]: openstack.Large
  }
}
deploy App on There { minimize cost }
)",
     R"(import std.openstack

data Frame { class = anonymous }

component Look {
  image = "look:1"
  input = Frame
  demand { openstack.Large = 10 ms }
}
application App {
  workload = 1 rps
  require response(Look) <= 1 s
}
continuum There {
  zone upv {
    trust = partner
    machines large[0..4]: openstack.Large
  }
}
deploy App on There { minimize cost }
)"},
    {"E0503", "there is nothing to declassify",
     "The component never gets this data, so the statement is about nothing; it would stay\n"
     "and be true of data that comes later.",
     R"(data Frame { class = personal }
data Other { class = personal }

component Blur {
  image = "blur:1"
  input = Frame
  declassify Other { by = "luck", review = "2026-01" }
}
application App {
  workload = 1 rps
  require response(Blur) <= 1 s
}
)",
     R"(data Frame { class = personal }

component Blur {
  image = "blur:1"
  input = Frame
  declassify Frame { by = "face blurring", review = "2026-03" }
}
application App {
  workload = 1 rps
  require response(Blur) <= 1 s
}
)"},
    {"E0601", "no placement meets all requirements",
     "The marked requirements cannot hold together on this continuum: the smallest set of them\n"
     "that is too much is shown, and the cheapest ways to make room. The others are not at\n"
     "fault. `sprint plan` finds this, `sprint check` does not look for it.",
     "", ""},
};

}  // namespace

std::span<const Page> ProgramPages() { return All; }

}  // namespace sprint::diag
