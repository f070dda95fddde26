#include "engine/profile/bodies.h"

#include <curl/curl.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <utility>

#include "compiler/support/environment.h"

namespace sprint::profile {
namespace {

namespace fs = std::filesystem;

constexpr size_t LargestAnswer = 256 << 20;

constexpr std::pair<const char*, const char*> Types[] = {
    {".csv", "text/csv"},   {".html", "text/html"}, {".jpeg", "image/jpeg"},
    {".jpg", "image/jpeg"}, {".png", "image/png"},  {".json", "application/json"},
    {".txt", "text/plain"}, {".wav", "audio/wav"},  {".xml", "application/xml"}};

std::string TypeOf(const fs::path& path) {
  for (const auto& [ending, type] : Types) {
    if (path.extension() == ending) return type;
  }
  return Body{}.type;
}

size_t Receive(char* data, size_t size, size_t count, void* into) {
  auto& bytes = *static_cast<std::string*>(into);
  if (bytes.size() + size * count > LargestAnswer) return 0;
  bytes.append(data, size * count);
  return size * count;
}

}  // namespace

Result<std::vector<Body>> ReadBodies(const std::string& folder) {
  std::error_code error;
  std::vector<fs::path> paths;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    std::error_code ignored;
    if (it->is_regular_file(ignored)) paths.push_back(it->path());
  }
  if (error) {
    return Error(ErrorCode::NotFound,
                 "cannot read the folder `" + folder + "`: " + error.message());
  }
  if (paths.empty()) return Error(ErrorCode::NotFound, "no file lies in `" + folder + "`");
  std::sort(paths.begin(), paths.end());
  std::vector<Body> bodies;
  for (const fs::path& path : paths) {
    SPRINT_ASSIGN_OR_RETURN(std::string bytes, RealFileSystem().Read(path.string()));
    bodies.push_back({std::move(bytes), TypeOf(path)});
  }
  return bodies;
}

struct Caller::Handle {
  CURL* curl = curl_easy_init();
  ~Handle() { curl_easy_cleanup(curl); }
};

Caller::Caller(std::string url, double timeout)
    : handle_(std::make_unique<Handle>()), url_(std::move(url)) {
  CURL* curl = handle_->curl;
  curl_easy_setopt(curl, CURLOPT_URL, url_.c_str());
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
  // Components are asked themselves, whatever proxy the environment names.
  curl_easy_setopt(curl, CURLOPT_PROXY, "");
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_POST, 1L);
  curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, std::max(1L, std::lround(timeout * 1000)));
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, &Receive);
}
Caller::~Caller() = default;
Caller::Caller(Caller&& other) noexcept = default;

Result<Body> Caller::Post(const Body& body) {
  CURL* curl = handle_->curl;
  Body answer;
  char message[CURL_ERROR_SIZE] = {};
  // `Expect:` empty, or curl waits a second for a leave that few servers give.
  curl_slist* fields = curl_slist_append(nullptr, "Expect:");
  fields = curl_slist_append(fields, ("Content-Type: " + body.type).c_str());
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, fields);
  curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body.bytes.data());
  curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.bytes.size()));
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &answer.bytes);
  curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, message);
  const CURLcode result = curl_easy_perform(curl);
  curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, nullptr);
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, nullptr);
  curl_slist_free_all(fields);
  if (result != CURLE_OK) {
    const std::string why = message[0] != '\0' ? message : curl_easy_strerror(result);
    return Error(result == CURLE_OPERATION_TIMEDOUT ? ErrorCode::Timeout : ErrorCode::Unavailable,
                 url_ + ": " + why);
  }
  long status = 0;
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
  if (status / 100 != 2) {
    return Error(ErrorCode::Protocol, url_ + " answered " + std::to_string(status) + ": " +
                                          answer.bytes.substr(0, answer.bytes.find('\n')));
  }
  const char* type = nullptr;
  if (curl_easy_getinfo(curl, CURLINFO_CONTENT_TYPE, &type) == CURLE_OK && type != nullptr) {
    answer.type = type;
  }
  return answer;
}

}  // namespace sprint::profile
