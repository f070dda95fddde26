#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

// Places where states are kept, real ones, for tests that all of them must pass.
namespace sprint::state {

// A folder of its own, gone with this object.
class Folder {
 public:
  Folder();
  ~Folder();
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// The names of all kinds of places: "sqlite", …
std::vector<std::string> Kinds();

// The URL of a place of this kind that nobody else uses; "" when its server is not
// installed, with the reason in `why`.
std::string Place(const std::string& kind, std::string& why);

// The same for a server that speaks TLS with a certificate of an authority of its own,
// whose file is `ca`. "etcd" or "postgres".
std::string TlsPlace(const std::string& kind, std::string& ca, std::string& why);

// A test that runs once for every kind of place.
class AtPlaces : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    std::string why;
    url_ = Place(GetParam(), why);
    if (url_.empty()) GTEST_SKIP() << why;
  }
  std::string url_;
};

}  // namespace sprint::state
