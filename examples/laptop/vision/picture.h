#pragma once

#include <opencv2/core.hpp>
#include <string>
#include <string_view>

namespace sprint::vision {

// Keeps OpenCV on the calling thread and to pictures of at most 25 million pixels.
// Call it first in main: one request is one thread's work.
void UseOneThread();

// A PNG or JPEG as blue, green, red. Throws std::runtime_error if it is neither.
cv::Mat DecodePicture(std::string_view bytes);

// `quality` 0 to 100.
std::string EncodeJpeg(const cv::Mat& bgr, int quality);

}  // namespace sprint::vision
