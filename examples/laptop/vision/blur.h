#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <opencv2/core.hpp>
#include <opencv2/objdetect.hpp>
#include <string>
#include <vector>

#include "examples/laptop/vision/faces.h"

namespace sprint::vision {

// Where Debian's package opencv-data puts the cascades.
inline constexpr char kCascadeFolder[] = "/usr/share/opencv4/haarcascades";

// Finds faces, with and without masks. Any number of threads may call Find; at
// most `width` of them search at a time, since a cascade serves one thread only.
class FaceFinder {
 public:
  // Throws std::runtime_error with the file's name if the cascade cannot be read.
  explicit FaceFinder(const std::string& folder, int width = 1);

  // Boxes from top to bottom, then left to right.
  std::vector<Box> Find(const cv::Mat& bgr);

 private:
  std::vector<std::unique_ptr<cv::CascadeClassifier>> free_;
  std::mutex mutex_;
  std::condition_variable returned_;
};

// Hides each face, hair line to chin: about four details are left across it, where
// people and programs need some sixteen to tell who it is. Colours stay in their place.
void BlurFaces(cv::Mat& bgr, const std::vector<Box>& faces);

}  // namespace sprint::vision
