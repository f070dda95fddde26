#include "examples/laptop/vision/mask.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <opencv2/imgproc.hpp>
#include <vector>

namespace sprint::vision {
namespace {

// Surgical blue three times: it is what most people wear.
const std::array<cv::Scalar, 7> kCloths = {cv::Scalar(225, 195, 150), cv::Scalar(215, 185, 140),
                                           cv::Scalar(230, 205, 170), cv::Scalar(240, 240, 238),
                                           cv::Scalar(205, 225, 190), cv::Scalar(70, 62, 60),
                                           cv::Scalar(200, 180, 235)};

// The outline in shares of the face box: nose, right cheek, chin, left cheek.
const std::array<cv::Point2d, 9> kOutline = {
    cv::Point2d(0.50, 0.50), cv::Point2d(0.68, 0.57), cv::Point2d(0.90, 0.60),
    cv::Point2d(0.86, 0.84), cv::Point2d(0.66, 1.03), cv::Point2d(0.34, 1.03),
    cv::Point2d(0.14, 0.84), cv::Point2d(0.10, 0.60), cv::Point2d(0.32, 0.57)};

}  // namespace

void DrawMask(cv::Mat& bgr, const Box& face, cv::RNG& random) {
  const cv::Scalar cloth = kCloths[random.uniform(0, static_cast<int>(kCloths.size()))];
  const double size = random.uniform(0.94, 1.08);
  const double down = random.uniform(-0.03, 0.05);
  const double angle = random.uniform(-0.07, 0.07);
  auto place = [&](cv::Point2d share) {
    double x = (share.x - 0.5) * size * face.width;
    double y = (share.y - 0.5 + down) * size * face.height;
    return cv::Point(
        cvRound(face.x + face.width / 2.0 + x * std::cos(angle) - y * std::sin(angle)),
        cvRound(face.y + face.height / 2.0 + x * std::sin(angle) + y * std::cos(angle)));
  };
  std::vector<cv::Point> outline;
  for (const cv::Point2d& corner : kOutline) outline.push_back(place(corner));
  cv::Mat shape(bgr.size(), CV_8U, cv::Scalar(0));
  cv::fillPoly(shape, std::vector<std::vector<cv::Point>>{outline}, cv::Scalar(255), cv::LINE_AA);

  const cv::Rect whole(0, 0, bgr.cols, bgr.rows);
  cv::Rect area = cv::boundingRect(outline);
  area = cv::Rect(area.x - 4, area.y - 4, area.width + 8, area.height + 8) & whole;
  if (area.empty()) return;
  cv::Mat picture = bgr(area);
  cv::Mat cover = shape(area);
  cv::GaussianBlur(cover, cover, cv::Size(3, 3), 0);

  // The light that falls on the face falls on the cloth: keep its slow part only.
  cv::Mat light;
  cv::cvtColor(picture, light, cv::COLOR_BGR2GRAY);
  light.convertTo(light, CV_32F);
  cv::GaussianBlur(light, light, cv::Size(), std::max(2.0, face.width / 10.0));
  const double mean = std::max(20.0, cv::mean(light, cover)[0]);
  const double exposure = std::clamp(mean / 150.0, 0.45, 1.15);
  const double pleat = std::max(5.0, face.height * 0.11);
  for (int y = 0; y < picture.rows; ++y) {
    for (int x = 0; x < picture.cols; ++x) {
      double share = cover.at<uchar>(y, x) / 255.0;
      if (share == 0) continue;
      double shade = std::clamp(light.at<float>(y, x) / mean, 0.6, 1.3) * exposure;
      double fold = std::fmod(y, pleat) < 1.5 ? 0.90 : 1.0;
      cv::Vec3b& pixel = picture.at<cv::Vec3b>(y, x);
      for (int c = 0; c < 3; ++c) {
        pixel[c] =
            cv::saturate_cast<uchar>(pixel[c] * (1 - share) + cloth[c] * shade * fold * share);
      }
    }
  }
  const int thickness = std::max(1, face.width / 70);
  const cv::Scalar loop = cloth * (0.9 * exposure);
  cv::line(bgr, place({0.90, 0.62}), place({1.02, 0.45}), loop, thickness, cv::LINE_AA);
  cv::line(bgr, place({0.10, 0.62}), place({-0.02, 0.45}), loop, thickness, cv::LINE_AA);
}

}  // namespace sprint::vision
