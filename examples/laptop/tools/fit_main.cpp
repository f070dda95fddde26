// laptop-fit PHOTOGRAPHS OUTPUT: fits the weights of both variants of Detect on the
// people set apart for it and writes them as C++ (vision/model.inc).
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <exception>
#include <fstream>
#include <opencv2/imgcodecs.hpp>
#include <vector>

#include "examples/laptop/tools/scenes.h"
#include "examples/laptop/vision/blur.h"
#include "examples/laptop/vision/detect.h"

namespace sprint::tools {
namespace {

constexpr int kScenes = 600;
constexpr size_t kFolds = 5;
constexpr double kDecay = 0.005;  // keeps weights small: few people, many features

struct Fitted {
  std::vector<double> mean;
  std::vector<double> deviation;
  std::vector<double> weight;
  double bias = 0;
};

// Logistic regression by gradient descent on standardised features.
Fitted Fit(const std::vector<std::vector<double>>& rows, const std::vector<bool>& labels) {
  const size_t width = rows.front().size();
  const double count = static_cast<double>(rows.size());
  Fitted fitted{std::vector<double>(width), std::vector<double>(width), std::vector<double>(width),
                0};
  for (const auto& row : rows) {
    for (size_t i = 0; i < width; ++i) fitted.mean[i] += row[i] / count;
  }
  for (const auto& row : rows) {
    for (size_t i = 0; i < width; ++i)
      fitted.deviation[i] += std::pow(row[i] - fitted.mean[i], 2) / count;
  }
  for (double& deviation : fitted.deviation) deviation = std::max(1e-6, std::sqrt(deviation));
  std::vector<double> slope(width);
  for (int round = 0; round < 800; ++round) {
    std::fill(slope.begin(), slope.end(), 0);
    double bias_slope = 0;
    const vision::Model model{fitted.mean, fitted.deviation, fitted.weight, fitted.bias};
    for (size_t r = 0; r < rows.size(); ++r) {
      const double wrong = vision::Probability(model, rows[r]) - (labels[r] ? 1 : 0);
      bias_slope += wrong / count;
      for (size_t i = 0; i < width; ++i) {
        slope[i] += wrong * (rows[r][i] - fitted.mean[i]) / fitted.deviation[i] / count;
      }
    }
    fitted.bias -= 0.5 * bias_slope;
    for (size_t i = 0; i < width; ++i)
      fitted.weight[i] -= 0.5 * (slope[i] + kDecay * fitted.weight[i]);
  }
  return fitted;
}

// Share of rows that are right when the person they show was not fitted on.
double LeaveOut(const std::vector<std::vector<double>>& rows, const std::vector<bool>& labels,
                const std::vector<size_t>& folds) {
  size_t right = 0;
  for (size_t fold = 0; fold < kFolds; ++fold) {
    std::vector<std::vector<double>> others;
    std::vector<bool> other_labels;
    for (size_t r = 0; r < rows.size(); ++r) {
      if (folds[r] == fold) continue;
      others.push_back(rows[r]);
      other_labels.push_back(labels[r]);
    }
    const Fitted fitted = Fit(others, other_labels);
    const vision::Model model{fitted.mean, fitted.deviation, fitted.weight, fitted.bias};
    for (size_t r = 0; r < rows.size(); ++r) {
      if (folds[r] == fold)
        right += (vision::Probability(model, rows[r]) >= 0.5) == labels[r] ? 1 : 0;
    }
  }
  return static_cast<double>(right) / static_cast<double>(rows.size());
}

void Write(std::ofstream& out, const char* name, const char* what,
           const std::vector<double>& values) {
  out << "constexpr double k" << name << what << "[] = {";
  for (size_t i = 0; i < values.size(); ++i) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%s%.6g",
                  i == 0       ? "\n    "
                  : i % 8 == 0 ? ",\n    "
                               : ", ",
                  values[i]);
    out << text.data();
  }
  out << "};\n";
}

int Run(const std::string& folder, const std::string& file) {
  cv::setNumThreads(1);
  const Photographs photographs = ReadPhotographs(folder, People::Fit);
  std::printf("%zu people to fit on\n", photographs.portraits.size());
  cv::RNG random(20);
  std::array<std::vector<std::vector<double>>, 2> rows;
  std::array<std::vector<bool>, 2> labels;
  std::array<std::vector<size_t>, 2> folds;  // by person: nobody is in two
  for (int i = 0; i < kScenes; ++i) {
    Scene scene = MakeScene(photographs, random);
    std::vector<vision::Box> boxes;
    for (LabelledFace& face : scene.faces) {
      // As far off as the finder's boxes are.
      const double size = random.uniform(0.9, 1.12);
      const int side = cvRound(face.box.width * size);
      const cv::Point middle(
          face.box.x + face.box.width / 2 + cvRound(random.uniform(-0.05, 0.05) * side),
          face.box.y + face.box.height / 2 + cvRound(random.uniform(-0.07, 0.07) * side));
      face.box = {middle.x - side / 2, middle.y - side / 2, side, side};
      boxes.push_back(face.box);
    }
    vision::BlurFaces(scene.bgr, boxes);
    for (const LabelledFace& face : scene.faces) {
      for (vision::Variant variant : {vision::Variant::Tiny, vision::Variant::Whole}) {
        const size_t v = variant == vision::Variant::Whole ? 1 : 0;
        for (auto& row : vision::Features(scene.bgr, face.box, variant)) {
          rows[v].push_back(std::move(row));
          labels[v].push_back(face.mask);
          folds[v].push_back(std::hash<std::string>()(face.person) % kFolds);
        }
      }
    }
  }
  std::ofstream out(file);
  out << "// Written by laptop-fit; see detect.h for what the numbers mean.\n";
  for (size_t v = 0; v < 2; ++v) {
    const Fitted fitted = Fit(rows[v], labels[v]);
    const char* name = v == 1 ? "Whole" : "Tiny";
    Write(out, name, "Mean", fitted.mean);
    Write(out, name, "Deviation", fitted.deviation);
    Write(out, name, "Weight", fitted.weight);
    out << "constexpr double k" << name << "Bias = " << fitted.bias << ";\n";
    size_t right = 0;
    const vision::Model model{fitted.mean, fitted.deviation, fitted.weight, fitted.bias};
    for (size_t r = 0; r < rows[v].size(); ++r) {
      right += (vision::Probability(model, rows[v][r]) >= 0.5) == labels[v][r] ? 1 : 0;
    }
    std::printf("%s: %.1f %% right on people left out (%zu-fold)\n", name,
                100 * LeaveOut(rows[v], labels[v], folds[v]), kFolds);
    std::printf("%s: %zu rows of %zu features, %.1f %% right on what it was fitted on\n", name,
                rows[v].size(), rows[v].front().size(),
                100.0 * static_cast<double>(right) / static_cast<double>(rows[v].size()));
  }
  out.flush();
  if (!out) throw std::runtime_error("cannot write " + file);
  return 0;
}

}  // namespace
}  // namespace sprint::tools

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: laptop-fit PHOTOGRAPHS OUTPUT\n");
    return 2;
  }
  try {
    return sprint::tools::Run(argv[1], argv[2]);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "laptop-fit: %s\n", error.what());
    return 1;
  }
}
