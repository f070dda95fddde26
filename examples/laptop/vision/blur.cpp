#include "examples/laptop/vision/blur.h"

#include <algorithm>
#include <opencv2/imgproc.hpp>
#include <stdexcept>
#include <tuple>

namespace sprint::vision {
namespace {

// The search runs on a picture this wide, for faces of at least kSmallestFace there.
constexpr int kSearchWidth = 320;
constexpr int kSmallestFace = 25;
constexpr double kScaleStep = 1.15;
constexpr int kNeighbours = 3;

}  // namespace

FaceFinder::FaceFinder(const std::string& folder, int width) {
  const std::string file = folder + "/haarcascade_frontalface_alt2.xml";
  for (int i = 0; i < width; ++i) {
    auto cascade = std::make_unique<cv::CascadeClassifier>();
    if (!cascade->load(file)) {
      throw std::runtime_error("cannot read the cascade " + file + " (Debian package opencv-data)");
    }
    free_.push_back(std::move(cascade));
  }
}

std::vector<Box> FaceFinder::Find(const cv::Mat& bgr) {
  const double scale = std::min(1.0, static_cast<double>(kSearchWidth) / bgr.cols);
  cv::Mat gray;
  cv::cvtColor(bgr, gray, cv::COLOR_BGR2GRAY);
  cv::resize(gray, gray, cv::Size(), scale, scale, cv::INTER_AREA);
  cv::equalizeHist(gray, gray);

  std::unique_ptr<cv::CascadeClassifier> cascade;
  {
    std::unique_lock lock(mutex_);
    returned_.wait(lock, [&] { return !free_.empty(); });
    cascade = std::move(free_.back());
    free_.pop_back();
  }
  std::vector<cv::Rect> found;
  cascade->detectMultiScale(gray, found, kScaleStep, kNeighbours, 0,
                            cv::Size(kSmallestFace, kSmallestFace));
  {
    std::lock_guard lock(mutex_);
    free_.push_back(std::move(cascade));
  }
  returned_.notify_one();

  std::vector<Box> faces;
  for (const cv::Rect& r : found) {
    faces.push_back({cvRound(r.x / scale), cvRound(r.y / scale), cvRound(r.width / scale),
                     cvRound(r.height / scale)});
  }
  std::sort(faces.begin(), faces.end(), [](const Box& a, const Box& b) {
    return std::tie(a.y, a.x, a.width) < std::tie(b.y, b.x, b.width);
  });
  return faces;
}

void BlurFaces(cv::Mat& bgr, const std::vector<Box>& faces) {
  const cv::Rect whole(0, 0, bgr.cols, bgr.rows);
  for (const Box& face : faces) {
    const int side = face.width / 10;
    cv::Rect area =
        cv::Rect(face.x - side, face.y - side, face.width + 2 * side, face.height + 3 * side) &
        whole;
    if (area.empty()) continue;
    cv::Mat part = bgr(area);
    cv::Mat soft;
    cv::GaussianBlur(part, soft, cv::Size(), face.width / 10.0);
    cv::Mat oval(area.size(), CV_8U, cv::Scalar(0));
    cv::ellipse(oval,
                cv::RotatedRect(cv::Point2f(area.width / 2.0F, area.height / 2.0F),
                                cv::Size2f(area.width, area.height), 0),
                cv::Scalar(255), cv::FILLED);
    soft.copyTo(part, oval);
  }
}

}  // namespace sprint::vision
