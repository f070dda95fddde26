#include "examples/laptop/vision/picture.h"

#include <cstdlib>
#include <opencv2/imgcodecs.hpp>
#include <stdexcept>
#include <vector>

namespace sprint::vision {

void UseOneThread() {
  setenv("OPENCV_IO_MAX_IMAGE_PIXELS", "25000000", 0);
  cv::setNumThreads(1);
}

cv::Mat DecodePicture(std::string_view bytes) {
  if (!bytes.starts_with("\xFF\xD8") && !bytes.starts_with("\x89PNG")) {
    throw std::runtime_error("neither a JPEG nor a PNG");
  }
  // imdecode only reads through the pointer.
  const cv::Mat view(1, static_cast<int>(bytes.size()), CV_8U, const_cast<char*>(bytes.data()));
  cv::Mat bgr = cv::imdecode(view, cv::IMREAD_COLOR);
  if (bgr.empty()) throw std::runtime_error("a damaged picture");
  return bgr;
}

std::string EncodeJpeg(const cv::Mat& bgr, int quality) {
  std::vector<uchar> bytes;
  cv::imencode(".jpg", bgr, bytes, {cv::IMWRITE_JPEG_QUALITY, quality});
  return std::string(bytes.begin(), bytes.end());
}

}  // namespace sprint::vision
