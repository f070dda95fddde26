#include "providers/local/provider.h"

#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <system_error>
#include <utility>

#include "providers/local/site.h"

namespace sprint::local {
namespace {

constexpr size_t LongestOwner = 24;

struct Kind {
  const char* type;
  Result<value::Value> (*read)(Site&, const value::Value& current);
  Result<value::Value> (*apply)(Site&, const value::Value& prior, const value::Value& wanted);
};
constexpr Kind Kinds[] = {
    {"local_zone", &ReadZone, &ApplyZone},          {"local_node", &ReadNode, &ApplyNode},
    {"local_link", &ReadLink, &ApplyLink},          {"local_proxy", &ReadProxy, &ApplyProxy},
    {"local_process", &ReadProcess, &ApplyProcess},
};

std::string Variable(const char* name) {
  const char* text = std::getenv(name);
  return text == nullptr ? "" : text;
}

Result<const Kind*> Find(const Site& site, const std::string& type) {
  if (site.owner.empty()) return Error(ErrorCode::Internal, "the provider is not configured");
  for (const Kind& kind : Kinds) {
    if (type == kind.type) return &kind;
  }
  return Error(ErrorCode::NotFound, "no resource type " + type);
}

bool IsShortName(const std::string& text) {
  for (unsigned char c : text) {
    if (std::isalnum(c) == 0 && c != '-' && c != '_') return false;
  }
  return !text.empty() && text.size() <= LongestOwner;
}

}  // namespace

Options DefaultOptions() {
  Options options;
  std::error_code error;
  options.beside = std::filesystem::read_symlink("/proc/self/exe", error).parent_path().string();
  options.helper = options.beside + "/sprint-local-run";
  options.images = Variable("SPRINT_LOCAL_IMAGES");
  options.plain = Variable("SPRINT_LOCAL_MODE") == "plain";
  double seconds = std::atof(Variable("SPRINT_LOCAL_READY").c_str());
  constexpr double LongestReady = 1e6;
  if (seconds > 0) {
    seconds = std::min(seconds, LongestReady);
    options.ready = std::chrono::milliseconds(static_cast<int64_t>(seconds * 1000));
  }
  return options;
}

LocalProvider::LocalProvider(Options options) : site_(std::make_unique<Site>(std::move(options))) {}
LocalProvider::~LocalProvider() = default;

const value::Schema& LocalProvider::config_schema() const { return ConfigSchema(); }
const std::map<std::string, value::Schema>& LocalProvider::resources() const {
  return ResourceSchemas();
}

Status LocalProvider::Configure(const value::Value& config) {
  std::string owner = config.Text("owner");
  if (!IsShortName(owner)) {
    return Error(ErrorCode::InvalidArgument,
                 "owner `" + owner + "` must be 1 to 24 letters, digits, - and _");
  }
  std::error_code error;
  auto absolute = [&error](const std::string& path) {
    return std::filesystem::absolute(path, error).lexically_normal().string();
  };
  std::string directory = absolute(config.Text("directory"));
  if (error) return Error(ErrorCode::Unavailable, "no current folder: " + error.message());
  while (directory.size() > 1 && directory.back() == '/') directory.pop_back();
  site_->program_directory = absolute(config.Text("program_directory"));
  if (!site_->options.images.empty()) site_->options.images = absolute(site_->options.images);
  site_->registry.SetDirectory(directory);
  site_->owner = owner;
  site_->cgroups = Cgroups::Detect();
  return Housekeep(*site_);
}

Result<value::Value> LocalProvider::Read(const std::string& type, const value::Value& current) {
  SPRINT_ASSIGN_OR_RETURN(const Kind* kind, Find(*site_, type));
  if (current.is_null()) return value::Value();
  return kind->read(*site_, current);
}

Result<value::Value> LocalProvider::Apply(const std::string& type, const value::Value& prior,
                                          const value::Value& wanted) {
  SPRINT_ASSIGN_OR_RETURN(const Kind* kind, Find(*site_, type));
  if (prior.is_null() && wanted.is_null()) return value::Value();
  return kind->apply(*site_, prior, wanted);
}

Result<value::Value> LocalProvider::Import(const std::string& type, const std::string& id) {
  value::Object known{{"id", id}};
  if (type == "local_zone" || type == "local_node") known["name"] = id;
  if (type == "local_node") {
    if (const auto record = site_->registry.Get(NodeFolder, id))
      known["zone"] = record->Text("zone");
  }
  return value::Value(std::move(known));
}

void LocalProvider::Stop() { site_->stopped = true; }

}  // namespace sprint::local
