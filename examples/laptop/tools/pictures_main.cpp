// laptop-pictures --photographs FOLDER --out FOLDER [--count 60] [--seed 7]: puts
// labelled camera pictures together from real photographs (tools/scenes.h), as
// 000.png, 001.png, ... and labels.csv, one line a face.
#include <cstdio>
#include <exception>
#include <filesystem>
#include <opencv2/imgcodecs.hpp>
#include <stdexcept>
#include <string>
#include <vector>

#include "examples/laptop/measure/service.h"
#include "examples/laptop/tools/scenes.h"
#include "examples/laptop/vision/picture.h"

namespace sprint::tools {
namespace {

int Run(const std::vector<std::string>& words) {
  const std::string photographs_folder = measure::Flag(words, "photographs", "");
  const std::string out = measure::Flag(words, "out", "");
  const int count = std::stoi(measure::Flag(words, "count", "60"));
  if (photographs_folder.empty() || out.empty() || count < 1 || count > 10000) {
    std::fprintf(
        stderr,
        "usage: laptop-pictures --photographs FOLDER --out FOLDER [--count 60] [--seed 7]\n");
    return 2;
  }
  vision::UseOneThread();
  const Photographs photographs = ReadPhotographs(photographs_folder, People::Test);
  for (const std::string& person : photographs.without_face) {
    std::printf("no face found in %s: left out\n", person.c_str());
  }
  std::filesystem::create_directories(out);
  cv::RNG random(std::stoull(measure::Flag(words, "seed", "7")));
  std::string labels = "picture,x,y,width,height,label,person\n";
  int faces = 0;
  for (int i = 0; i < count; ++i) {
    const Scene scene = MakeScene(photographs, random);
    const std::string name = cv::format("%03d.png", i);
    if (!cv::imwrite(out + "/" + name, scene.bgr))
      throw std::runtime_error("cannot write " + out + "/" + name);
    for (const LabelledFace& face : scene.faces) {
      labels +=
          cv::format("%s,%d,%d,%d,%d,%s,%s\n", name.c_str(), face.box.x, face.box.y, face.box.width,
                     face.box.height, face.mask ? "mask" : "bare", face.person.c_str());
      ++faces;
    }
  }
  measure::WriteFile(out + "/labels.csv", labels);
  std::printf("%d pictures with %d faces of %zu people in %s\n", count, faces,
              photographs.portraits.size(), out.c_str());
  return 0;
}

}  // namespace
}  // namespace sprint::tools

int main(int argc, char** argv) {
  try {
    return sprint::tools::Run(std::vector<std::string>(argv + 1, argv + argc));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "laptop-pictures: %s\n", error.what());
    return 1;
  }
}
