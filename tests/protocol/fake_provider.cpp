#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <thread>

#include "providers/sdk/provider.h"

// A counter kept in a file, one file a name. `sleep_ms` makes Apply slow.
namespace sprint {
namespace {

value::Type Of(value::Type::Kind kind) {
  value::Type type;
  type.kind = kind;
  return type;
}

class FakeProvider final : public sdk::Provider {
 public:
  FakeProvider() {
    const value::Type text = Of(value::Type::Kind::String), number = Of(value::Type::Kind::Number);
    config_.attributes = {{.name = "folder", .type = text, .required = true}};
    value::Schema counter;
    counter.version = 1;
    counter.attributes = {
        {.name = "name", .type = text, .required = true, .forces_new = true},
        {.name = "count", .type = number, .optional = true},
        {.name = "sleep_ms", .type = number, .optional = true},
        {.name = "id", .type = text, .computed = true},
        {.name = "pid", .type = number, .computed = true},
    };
    resources_["fake_counter"] = counter;
  }

  const value::Schema& config_schema() const override { return config_; }
  const std::map<std::string, value::Schema>& resources() const override { return resources_; }

  Status Configure(const value::Value& config) override {
    folder_ = config.Text("folder");
    if (std::filesystem::is_directory(folder_)) return Ok();
    return Error(ErrorCode::NotFound, "no folder " + folder_).While("configuring");
  }

  Result<value::Value> Read(const std::string&, const value::Value& current) override {
    std::ifstream file(Path(current));
    int64_t count = 0;
    if (!(file >> count)) return value::Value();
    value::Value found = current;
    (*found.As<value::Object>())["count"] = count;
    return found;
  }

  Result<value::Value> Apply(const std::string&, const value::Value& prior,
                             const value::Value& wanted) override {
    if (wanted.is_null()) {
      std::filesystem::remove(Path(prior));
      return value::Value();
    }
    std::ofstream(folder_ + "/started") << getpid();
    std::this_thread::sleep_for(
        std::chrono::milliseconds(static_cast<int64_t>(wanted.Number("sleep_ms"))));
    if (wanted.Number("count") < 0) {
      return Error(ErrorCode::InvalidArgument, "a count below zero");
    }
    std::ofstream(Path(wanted)) << static_cast<int64_t>(wanted.Number("count"));
    value::Value state = wanted;
    (*state.As<value::Object>())["id"] = "id-" + wanted.Text("name");
    (*state.As<value::Object>())["pid"] = static_cast<int64_t>(getpid());
    return state;
  }

 private:
  std::string Path(const value::Value& object) const {
    return folder_ + "/" + object.Text("name") + ".count";
  }

  value::Schema config_;
  std::map<std::string, value::Schema> resources_;
  std::string folder_;
};

}  // namespace
}  // namespace sprint

int main() {
  // Said before the handshake, to be seen as last words.
  if (const char* words = std::getenv("FAKE_NOISE")) std::fprintf(stderr, "%s\n", words);
  return sprint::sdk::Serve(std::make_unique<sprint::FakeProvider>());
}
