// laptop-detect --variant whole|tiny: POST what laptop-blur gave, get JSON saying who
// wears a mask (vision/detect.h). The service of the component Detect.
#include <cstdio>
#include <exception>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "examples/laptop/services/serve.h"
#include "examples/laptop/vision/detect.h"
#include "examples/laptop/vision/faces.h"
#include "examples/laptop/vision/picture.h"

namespace sprint::services {
namespace {

Answer Detect(const std::string& body, vision::Variant variant) {
  const std::optional<vision::BlurredPicture> blurred = vision::ReadBlurred(body);
  if (!blurred)
    throw std::runtime_error("no list of faces behind the picture: not from laptop-blur");
  const cv::Mat picture = vision::DecodePicture(blurred->jpeg);
  return {200, "application/json",
          vision::ToJson(vision::Detect(picture, blurred->faces, variant), variant)};
}

}  // namespace
}  // namespace sprint::services

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  const bool named = arguments.size() == 2 && arguments[0] == "--variant";
  if (!named || (arguments[1] != "whole" && arguments[1] != "tiny")) {
    std::fprintf(stderr, "usage: laptop-detect --variant whole|tiny\n");
    return 2;
  }
  using sprint::vision::Variant;
  const Variant variant = arguments[1] == "tiny" ? Variant::Tiny : Variant::Whole;
  try {
    sprint::vision::UseOneThread();
    return sprint::services::Serve("laptop-detect", [&](const std::string& body) {
      return sprint::services::Detect(body, variant);
    });
  } catch (const std::exception& error) {
    std::fprintf(stderr, "laptop-detect: %s\n", error.what());
    return 1;
  }
}
