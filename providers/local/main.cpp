#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

#include "providers/local/provider.h"
#include "providers/sdk/provider.h"

int main() {
  sprint::local::Options options = sprint::local::DefaultOptions();
  return sprint::sdk::Serve(std::make_unique<sprint::local::LocalProvider>(std::move(options)));
}
