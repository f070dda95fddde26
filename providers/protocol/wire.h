#pragma once

#include <cstdint>
#include <string>

#include "compiler/support/result.h"
#include "providers/protocol/tfplugin6.pb.h"
#include "providers/value/value.h"

// Between our values and the messages of the plugin protocol; both ends use it, so
// that they cannot disagree.
namespace sprint::protocol {

// The handshake: what the host puts into the plugin's environment. Both are facts of
// the wire.
inline constexpr char kCookieName[] = "TF_PLUGIN_MAGIC_COOKIE";
inline constexpr char kCookieValue[] =
    "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2";
inline constexpr char kVersionsName[] = "PLUGIN_PROTOCOL_VERSIONS";
inline constexpr char kVersion[] = "6";

tfplugin6::DynamicValue ToWire(const value::Value& value, const value::Type& type);
// Null when the message holds no bytes at all. Errors: Protocol.
Result<value::Value> FromWire(const tfplugin6::DynamicValue& wire);

tfplugin6::Schema ToWire(const value::Schema& schema);
// Blocks become attributes: SINGLE and GROUP an object, LIST a list, SET a set, MAP a
// map of objects. Errors: Protocol.
Result<value::Schema> FromWire(const tfplugin6::Schema& wire);

// "disk", "disk.size", "tags[\"a\"]", "disks[0].size".
std::string FromWire(const tfplugin6::AttributePath& path);
// A path to one attribute; empty names the whole object.
tfplugin6::AttributePath AttributePath(const std::string& name);

}  // namespace sprint::protocol
