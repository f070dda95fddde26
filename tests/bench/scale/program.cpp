#include "tests/bench/scale/program.h"

namespace sprint::bench {

namespace {

// What thing `i` needs: an expression for its `up`, or "" for none.
std::string Needs(Shape shape, size_t i, size_t count, bool tofu) {
  const auto id = [tofu](size_t at) {
    return (tofu ? "bench_thing.r" : "r") + std::to_string(at) + ".id";
  };
  const auto hole = [tofu](const std::string& inside) {
    return (tofu ? "${" : "{") + inside + "}";
  };
  switch (shape) {
    case Shape::Wide:
      return "";
    case Shape::Chains:
      return i % 10 == 0 ? "" : id(i - 1);
    case Shape::Fan:
      break;
  }
  if (i == 0) return "";
  if (i + 1 < count) return id(0);
  std::string all;
  for (size_t at = 1; at + 1 < count; ++at) all += (all.empty() ? "" : ",") + hole(id(at));
  return "\"" + all + "\"";
}

}  // namespace

std::optional<Shape> ShapeOf(const std::string& name) {
  if (name == "wide") return Shape::Wide;
  if (name == "chains") return Shape::Chains;
  if (name == "fan") return Shape::Fan;
  return std::nullopt;
}

std::string Program(Shape shape, size_t count, bool changed) {
  std::string text = "provider bench { }\n";
  for (size_t i = 0; i < count; ++i) {
    const std::string n = std::to_string(i);
    const std::string size = changed && i == count / 2 ? "3" : "2";
    text += "\nresource bench.thing r" + n + " {\n  name    = \"n-" + n +
            "\"\n  zone    = \"a\"\n  size    = " + size +
            "\n  memory  = 512 MiB\n  enabled = true\n"
            "  labels  = { team = \"edge\", tier = \"back\" }\n";
    if (const std::string up = Needs(shape, i, count, false); !up.empty()) {
      text += "  up      = " + up + "\n";
    }
    text += "}\n";
  }
  return text;
}

std::string Placed(const std::string& url) {
  return R"(
node Small {
  cores = 1, memory = 4 GiB
  provide { resource bench.thing machine { name = "{zone.name}-{node.name}" } }
}
host Plain {
  run(c) { resource bench.thing service { name = "{c.name}-{replica}", up = node.id } }
}
component Work {
  image = "work", memory = 1 GiB, input = 1 KiB, output = 1 KiB
  demand { Small = 20 ms }
}
resource bench.proxy proxy { name = "work", component = "Work", url = ")" +
         url + R"(" }
application App {
  workload = 1 rps
  require response(Work) <= 60 ms
}
continuum Here {
  zone east {
    country = "ES", trust = owned, host = Plain
    machines vm[0..4]: Small { price = 0.1 EUR/h }
  }
}
deploy App on Here {
  minimize cost
  monitor { every = 100 ms }
  replan  { every = 200 ms, hold = 300 ms, approve = automatic }
}
)";
}

std::string TofuProgram(Shape shape, size_t count) {
  std::string text =
      "terraform {\n  required_providers {\n    bench = {\n      source = \"sprint/bench\"\n"
      "    }\n  }\n}\n";
  for (size_t i = 0; i < count; ++i) {
    const std::string n = std::to_string(i);
    text += "\nresource \"bench_thing\" \"r" + n + "\" {\n  name    = \"n-" + n +
            "\"\n  zone    = \"a\"\n  size    = 2\n  memory  = 536870912\n  enabled = true\n"
            "  labels  = { team = \"edge\", tier = \"back\" }\n";
    if (const std::string up = Needs(shape, i, count, true); !up.empty()) {
      text += "  up      = " + up + "\n";
    }
    text += "}\n";
  }
  return text;
}

}  // namespace sprint::bench
