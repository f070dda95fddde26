#include "compiler/diag/pages.h"

namespace sprint::diag {
namespace {

constexpr Page All[] = {
    {"E0201", "nothing has this name",
     "The name is not declared in this file, nor does an import bring it. What an import brings\n"
     "is written with the module before it: `edge.RaspberryPi4`.",
     R"(let cameras = 4
let rate    = camera * 2
)",
     R"(let cameras = 4
let rate    = cameras * 2
)"},
    {"E0202", "the name of another kind of thing",
     "The name is declared, but as something that cannot stand here.",
     R"(component Blur { image = "blur:1" }
component Detect {
  image = "detect:1"
  input = Blur
}
)",
     R"(data Frame { class = public }
component Detect {
  image = "detect:1"
  input = Frame
}
)"},
    {"E0203", "there is no such attribute",
     "A block of this kind, or a value of this type, has no attribute of that name.",
     R"(component Blur {
  image = "blur:1"
  memry = 2 GiB
}
)",
     R"(component Blur {
  image  = "blur:1"
  memory = 2 GiB
}
)"},
    {"E0204", "set twice", "Each attribute has one value; the second would silently win.",
     R"(component Blur {
  image  = "blur:1"
  memory = 1 GiB
  memory = 2 GiB
}
)",
     R"(component Blur {
  image  = "blur:1"
  memory = 2 GiB
}
)"},
    {"E0205", "something needed is missing", "A block of this kind cannot do without it.",
     R"(application Masks {
  one_way = true
}
)",
     R"(application Masks {
  workload = 1 rps
}
)"},
    {"E0206", "there is no such block here", "A block of this kind holds no block of that name.",
     R"(component Blur {
  image = "blur:1"
  varient small { memory = 1 GiB }
}
)",
     R"(component Blur {
  image = "blur:1"
  variant small { memory = 1 GiB }
}
)"},
    {"E0207", "declared twice",
     "Two things of one scope have the same name, so that nobody could tell which is meant.",
     R"(data Frame { class = public }
data Frame { class = personal }
)",
     R"(data Frame     { class = public }
data FaceFrame { class = personal }
)"},
    {"E0208", "this declares nothing",
     "A declaration begins with a word of the language: `component`, `data`, `application`,\n"
     "`continuum`, `deploy`, … A resource has a type of a provider and a name.",
     R"(componnet Blur { image = "blur:1" }
)",
     R"(component Blur { image = "blur:1" }
)"},
    {"E0209", "a file or module cannot be read",
     "`import std.x` takes a module of the standard library, `import \"file.sprint\" as x` a file\n"
     "beside the importing one. `file(\"…\")` reads text from there too, up to 1 MiB.",
     R"(import std.egde
)",
     R"(import std.edge
)"},
    {"E0210", "imports form a circle",
     "A file that is imported, by whatever way, cannot import the importing one. Move what both\n"
     "need into a third file.",
     R"(import "main.sprint" as me
)",
     R"(import std.edge
)"},
    {"E0211", "not supported by this version",
     "The language has a place for it, this version of Sprint does nothing with it yet. It is\n"
     "refused, because passing over it would be a lie.",
     R"(policy small { }
)",
     ""},
};

}  // namespace

std::span<const Page> NamePages() { return All; }

}  // namespace sprint::diag
