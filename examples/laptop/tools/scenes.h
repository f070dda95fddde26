#pragma once

#include <opencv2/core.hpp>
#include <string>
#include <vector>

#include "examples/laptop/vision/blur.h"
#include "examples/laptop/vision/faces.h"

namespace sprint::tools {

// Which people are in the pictures. The detector's weights are fitted on one set
// and its accuracy is measured on the other: nobody is in both.
enum class People { Fit, Test };

struct LabelledFace {
  vision::Box box;
  bool mask = false;
  std::string person;
};

// A camera picture put together from real photographs: one or two people before a
// real background, half of them with a drawn mask.
struct Scene {
  cv::Mat bgr;
  std::vector<LabelledFace> faces;
};

// One person as photographed: `face` is where the cascade finds the face.
struct Portrait {
  cv::Mat bgr;
  vision::Box face;
  std::string person;
};

struct Photographs {
  std::vector<Portrait> portraits;
  std::vector<cv::Mat> backgrounds;
  std::vector<std::string> without_face;  // portraits left out: the cascade finds no face
};

// Reads what `fetch-photographs` put into `folder`. Throws std::runtime_error with
// the file's name if one is missing.
Photographs ReadPhotographs(const std::string& folder, People people);

Scene MakeScene(const Photographs& photographs, cv::RNG& random);

}  // namespace sprint::tools
