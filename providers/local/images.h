#pragma once

#include <map>
#include <string>
#include <vector>

#include "compiler/support/result.h"

namespace sprint::local {

// What stands for a container image here: a program of this machine.
struct LocalImage {
  std::vector<std::string> command;
  std::map<std::string, std::string> environment;
  std::string folder;  // where it runs: that of the file
};

// Looks `image` up in the YAML file: a map from image to {command: [words], env: {..}}.
// Errors: NotFound (no file, no such image; the text says what to write where),
// InvalidArgument (a file of another shape).
Result<LocalImage> FindImage(const std::string& path, const std::string& image);

// A relative first word with that name in one of `folders`, in their order, becomes
// that file. One without a slash that is in none is left for PATH; one with a slash is NotFound.
Status ResolveCommand(std::vector<std::string>& command, const std::vector<std::string>& folders);

}  // namespace sprint::local
