#include "examples/laptop/vision/detect.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <opencv2/imgproc.hpp>

#include "examples/laptop/vision/model.inc"

namespace sprint::vision {
namespace {

constexpr int kTinySide = 300;  // pixels a face is scaled to
constexpr int kWholeSide = 152;
constexpr int kClusters = 4;
constexpr int kBands = 12;  // of the profile from hair to chin

// The face at one place and size, in L*a*b* as floats.
cv::Mat Window(const cv::Mat& bgr, const Box& face, int side, double scale, double down) {
  const double width = face.width * scale;
  const double height =
      face.height * scale * 1.15;  // the box ends at the mouth, a mask at the chin
  const cv::Point2d middle(face.x + face.width / 2.0, face.y + face.height * (0.56 + down));
  cv::Mat window;
  cv::Matx23d place(width / side, 0, middle.x - width / 2, 0, height / side, middle.y - height / 2);
  cv::warpAffine(bgr, window, place, cv::Size(side, side), cv::INTER_LINEAR | cv::WARP_INVERSE_MAP,
                 cv::BORDER_REPLICATE);
  window.convertTo(window, CV_32F, 1 / 255.0);
  cv::cvtColor(window, window, cv::COLOR_BGR2Lab);
  return window;
}

cv::Rect Part(int side, double x0, double y0, double x1, double y1) {
  return cv::Rect(cv::Point(cvRound(x0 * side), cvRound(y0 * side)),
                  cv::Point(cvRound(x1 * side), cvRound(y1 * side)));
}

// How much the colours below differ from those above: 0 the same, 1 none in common.
// Clusters, not means, since a mask is one even colour and a face is not.
double ColoursApart(const cv::Mat& lab) {
  cv::Mat pixels = lab.clone().reshape(1, lab.rows * lab.cols);
  cv::Mat labels;
  cv::Mat centres;
  cv::setRNGSeed(1);  // of this thread: the same picture always gets the same answer
  cv::kmeans(pixels, kClusters, labels,
             cv::TermCriteria(cv::TermCriteria::COUNT + cv::TermCriteria::EPS, 12, 0.2), 2,
             cv::KMEANS_PP_CENTERS, centres);
  const int side = lab.rows;
  std::array<std::array<double, kClusters>, 2> share{};
  std::array<double, 2> total{};
  const std::array<cv::Rect, 2> parts = {Part(side, 0.25, 0.2, 0.75, 0.48),
                                         Part(side, 0.25, 0.58, 0.75, 0.9)};
  for (size_t p = 0; p < parts.size(); ++p) {
    for (int y = parts[p].y; y < parts[p].br().y; ++y) {
      for (int x = parts[p].x; x < parts[p].br().x; ++x) {
        ++share[p][labels.at<int>(y * side + x)];
        ++total[p];
      }
    }
  }
  double apart = 0;
  for (int k = 0; k < kClusters; ++k)
    apart += std::abs(share[0][k] / total[0] - share[1][k] / total[1]);
  return apart / 2;
}

void AddColours(const cv::Mat& lab, std::vector<double>& out) {
  const int side = lab.rows;
  cv::Scalar above_deviation;
  cv::Scalar below_deviation;
  cv::Scalar above;
  cv::Scalar below;
  cv::meanStdDev(lab(Part(side, 0.25, 0.2, 0.75, 0.48)), above, above_deviation);
  cv::meanStdDev(lab(Part(side, 0.25, 0.58, 0.75, 0.9)), below, below_deviation);
  const cv::Scalar step = below - above;
  out.insert(out.end(),
             {step[0], step[1], step[2], std::abs(step[0]), std::hypot(step[1], step[2]), below[1],
              below[2], below_deviation[0], above_deviation[0], ColoursApart(lab)});
}

// Mean colour of each band from hair to chin, as the difference to the eyes' band.
void AddProfile(const cv::Mat& lab, std::vector<double>& out) {
  const int side = lab.rows;
  std::array<cv::Scalar, kBands> bands;
  for (int i = 0; i < kBands; ++i) {
    bands[i] =
        cv::mean(lab(Part(side, 0.25, static_cast<double>(i) / kBands, 0.75, (i + 1.0) / kBands)));
  }
  const cv::Scalar eyes = (bands[3] + bands[4]) * 0.5;
  for (const cv::Scalar& band : bands) {
    for (int c = 0; c < 3; ++c) out.push_back(band[c] - eyes[c]);
  }
}

// Strength of edges lying and standing, coarse and fine, above and below.
void AddTexture(const cv::Mat& lab, std::vector<double>& out) {
  const int side = lab.rows;
  for (int channel = 0; channel < 3; ++channel) {
    cv::Mat plane;
    cv::extractChannel(lab, plane, channel);
    for (double wave : {0.5, 0.25}) {
      const double length = wave * side;
      for (double angle : {0.0, CV_PI / 2}) {
        cv::Mat kernel = cv::getGaborKernel(cv::Size(side / 4 + 1, side / 4 + 1), length / 4, angle,
                                            length, 1.0, CV_PI / 2, CV_32F);
        cv::Mat answer;
        cv::filter2D(plane, answer, CV_32F, kernel, cv::Point(-1, -1), 0, cv::BORDER_REPLICATE);
        answer = cv::abs(answer);
        out.push_back(std::log1p(cv::mean(answer(Part(side, 0.2, 0.15, 0.8, 0.5)))[0]));
        out.push_back(std::log1p(cv::mean(answer(Part(side, 0.2, 0.5, 0.8, 0.95)))[0]));
      }
    }
  }
}

}  // namespace

std::vector<std::vector<double>> Features(const cv::Mat& bgr, const Box& face, Variant variant) {
  std::vector<std::vector<double>> rows;
  if (variant == Variant::Tiny) {
    AddColours(Window(bgr, face, kTinySide, 1.0, 0.0), rows.emplace_back());
    return rows;
  }
  for (double scale : {0.82, 0.92, 1.02}) {
    for (double down : {-0.07, 0.0, 0.07}) {
      cv::Mat lab = Window(bgr, face, kWholeSide, scale, down);
      std::vector<double>& row = rows.emplace_back();
      AddColours(lab, row);
      AddProfile(lab, row);
      AddTexture(lab, row);
    }
  }
  return rows;
}

double Probability(const Model& model, std::span<const double> features) {
  double sum = model.bias;
  for (size_t i = 0; i < features.size(); ++i) {
    sum += model.weight[i] * (features[i] - model.mean[i]) / model.deviation[i];
  }
  return 1 / (1 + std::exp(-sum));
}

const Model& FittedModel(Variant variant) {
  static const Model tiny{kTinyMean, kTinyDeviation, kTinyWeight, kTinyBias};
  static const Model whole{kWholeMean, kWholeDeviation, kWholeWeight, kWholeBias};
  return variant == Variant::Tiny ? tiny : whole;
}

std::vector<Verdict> Detect(const cv::Mat& blurred, const std::vector<Box>& faces,
                            Variant variant) {
  std::vector<Verdict> verdicts;
  for (const Box& face : faces) {
    double sum = 0;
    const std::vector<std::vector<double>> rows = Features(blurred, face, variant);
    for (const std::vector<double>& row : rows) sum += Probability(FittedModel(variant), row);
    const double probability = sum / static_cast<double>(rows.size());
    verdicts.push_back({face, probability >= 0.5, probability});
  }
  return verdicts;
}

std::string ToJson(const std::vector<Verdict>& verdicts, Variant variant) {
  std::string json = std::string("{\"variant\":\"") +
                     (variant == Variant::Tiny ? "tiny" : "whole") + "\",\"faces\":[";
  for (size_t i = 0; i < verdicts.size(); ++i) {
    const Verdict& v = verdicts[i];
    std::array<char, 160> text{};
    std::snprintf(
        text.data(), text.size(),
        "%s{\"x\":%d,\"y\":%d,\"width\":%d,\"height\":%d,\"mask\":%s,\"probability\":%.3f}",
        i > 0 ? "," : "", v.face.x, v.face.y, v.face.width, v.face.height,
        v.mask ? "true" : "false", v.probability);
    json += text.data();
  }
  return json + "]}\n";
}

}  // namespace sprint::vision
