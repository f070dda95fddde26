#include <cstdint>
#include <string>

#include "providers/protocol/wire.h"

// Whatever a provider answers: schemas, values and paths are read or refused.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  tfplugin6::Schema schema;
  if (schema.ParseFromString(bytes)) {
    const auto read = sprint::protocol::FromWire(schema);
    if (read.ok()) (void)sprint::protocol::FromWire(sprint::protocol::ToWire(*read));
  }
  tfplugin6::DynamicValue value;
  if (value.ParseFromString(bytes)) (void)sprint::protocol::FromWire(value);
  tfplugin6::AttributePath path;
  if (path.ParseFromString(bytes)) (void)sprint::protocol::FromWire(path);
  return 0;
}
