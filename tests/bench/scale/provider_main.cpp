#include <memory>

#include "tests/bench/scale/provider.h"

int main() { return sprint::sdk::Serve(std::make_unique<sprint::bench::ThingProvider>()); }
