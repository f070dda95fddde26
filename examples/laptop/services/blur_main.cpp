// laptop-blur: POST a picture, get it back as a JPEG with every face hidden, and
// behind it where they were (vision/faces.h). The service of the component Blur.
#include <cstdio>
#include <exception>
#include <opencv2/imgcodecs.hpp>
#include <vector>

#include "examples/laptop/services/serve.h"
#include "examples/laptop/vision/blur.h"
#include "examples/laptop/vision/faces.h"
#include "examples/laptop/vision/picture.h"

namespace sprint::services {
namespace {

constexpr int kSearches = 8;  // at a time; each holds a cascade in memory
constexpr int kJpegQuality = 92;

Answer Blur(vision::FaceFinder& finder, const std::string& body) {
  cv::Mat picture = vision::DecodePicture(body);
  const std::vector<vision::Box> faces = finder.Find(picture);
  vision::BlurFaces(picture, faces);
  return {200, "image/jpeg", vision::AppendFaces(vision::EncodeJpeg(picture, kJpegQuality), faces)};
}

}  // namespace
}  // namespace sprint::services

int main() {
  using sprint::vision::FaceFinder;
  try {
    sprint::vision::UseOneThread();
    FaceFinder finder(sprint::vision::kCascadeFolder, sprint::services::kSearches);
    return sprint::services::Serve("laptop-blur", [&](const std::string& body) {
      return sprint::services::Blur(finder, body);
    });
  } catch (const std::exception& error) {
    std::fprintf(stderr, "laptop-blur: %s\n", error.what());
    return 1;
  }
}
