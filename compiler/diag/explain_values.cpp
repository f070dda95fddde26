#include "compiler/diag/pages.h"

namespace sprint::diag {
namespace {

constexpr Page All[] = {
    {"E0301", "a value of the wrong type",
     "Types are Bool, Int, Number, Text, quantities, lists, maps and records. Nothing is\n"
     "converted silently; a number becomes text in a text: `\"{n}\"`.",
     R"(component Blur {
  image = 3
}
)",
     R"(component Blur {
  image = "blur:3"
}
)"},
    {"E0302", "not one of the cases", "Only the words that are listed can stand here.",
     R"(data Frame { class = privat }
)",
     R"(data Frame { class = personal }
)"},
    {"E0303", "dimensions do not fit",
     "Quantities carry their dimension: a size is no time, and only equal dimensions are added\n"
     "or compared. Dividing and multiplying makes new ones: `2 GiB / 100 Mbit/s` is a time.",
     R"(component Blur {
  image  = "blur:1"
  memory = 3 s
}
)",
     R"(component Blur {
  image  = "blur:1"
  memory = 3 GiB
}
)"},
    {"E0304", "a number without a unit",
     "Where a quantity is due a bare number could mean anything; write its unit.",
     R"(component Blur {
  image  = "blur:1"
  memory = 512
}
)",
     R"(component Blur {
  image  = "blur:1"
  memory = 512 MiB
}
)"},
    {"E0305", "no such unit",
     "Units are ns us ms s min h d, B kB MB GB KiB MiB GiB and bit, rps, kbit/s Mbit/s Gbit/s,\n"
     "EUR USD, W Wh J, g, %, and one of them per another: `EUR/h`. In a time, anything can be\n"
     "counted: `4 moves/h`.",
     R"(let way = 3 parsecs
)",
     R"(let way = 3 ms
)"},
    {"E0306", "no such function",
     "Functions are those that are built in, like `min max sum len join range`, and those that\n"
     "`function f(x) = …` declares.",
     R"(let least = mim(1, 2)
)",
     R"(let least = min(1, 2)
)"},
    {"E0307", "the budget of evaluation is used up",
     "Evaluation never runs without end; a program that needs more than two million steps, and\n"
     "twenty for each of its bytes, is stopped at the expression that used them.",
     R"(let many = [for a in range(100000): [for b in range(100): a * b]]
)",
     R"(let many = [for a in range(100): [for b in range(100): a * b]]
)"},
    {"E0308", "the wrong number of arguments", "A function is called with all its arguments.",
     R"(function twice(x: Number) = x * 2
let a = twice(1, 2)
)",
     R"(function twice(x: Number) = x * 2
let a = twice(1)
)"},
    {"E0309", "defined by itself",
     "A value cannot depend on itself, nor a function call itself, by whatever way: so that\n"
     "evaluation always ends.",
     R"(let a = b + 1
let b = a - 1
)",
     R"(let a = 1
let b = a - 1
)"},
    {"E0310", "a param has no value",
     "A param without default gets its value when the program is used: `--param cameras=4`.",
     R"(param cameras: Int
let rate = cameras * 2
)",
     R"(param cameras: Int = 4
let rate = cameras * 2
)"},
    {"E0311", "out of bounds", "The value has the right type, but is more or less than can be.",
     R"(component Blur {
  image  = "blur:1"
  memory = -1 GiB
}
)",
     R"(component Blur {
  image  = "blur:1"
  memory = 1 GiB
}
)"},
    {"E0312", "no such index or key",
     "Indices of a list begin at 0; a map has only the keys that were put in.",
     R"(let xs   = [1, 2, 3]
let last = xs[3]
)",
     R"(let xs   = [1, 2, 3]
let last = xs[2]
)"},
    {"E0313", "a value known only after apply decides something",
     "What a provider makes, like an address, is known only after apply. It may fill\n"
     "attributes. It may not decide how many things there are, or which: a plan could not\n"
     "tell what will happen.",
     R"(import std.local

resource local.zone plant { name = "plant" }
let many = [for a in plant.addresses: a]
)",
     R"(import std.local

resource local.zone plant { name = "plant" }
output address = plant.address
)"},
    {"E0314", "a secret would be shown",
     "Secrets appear in no plan, state, log or text. They are passed on as they are, to\n"
     "attributes that take a secret.",
     R"(secret password
let url = "https://user:{password}@example.org"
)",
     R"(secret password
let login = { user = "user", password = password }
)"},
    {"E0315", "a table of measured times cannot be read",
     "`profile = \"times.csv\"` names a table beside the program, CSV of at most 16 MiB. Its first "
     "line\n"
     "names the columns: `kind`, `time` with its unit, and `cold` for instances that have to "
     "start\n"
     "first; others are passed over. Every other line is one request that was measured:\n\n"
     "    kind,time (ms),cold (ms)\n"
     "    edge.RaspberryPi4,181.2,\n"
     "    aws.Lambda,,1210",
     "", ""},
    {"E0316", "a cold start is quicker than a warm one",
     "An instance of a function that has to start first takes at least as long as one that is\n"
     "ready. Where it is said to take less, the two are often the other way round; it counts as\n"
     "much as a warm one then.",
     R"(import std.aws

component Blur {
  image  = "blur:1"
  demand { aws.Lambda = { warm = 900 ms, cold = 240 ms } }
}
)",
     R"(import std.aws

component Blur {
  image  = "blur:1"
  demand { aws.Lambda = { warm = 240 ms, cold = 900 ms } }
}
)"},
};

}  // namespace

std::span<const Page> ValuePages() { return All; }

}  // namespace sprint::diag
