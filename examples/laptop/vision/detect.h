#pragma once

#include <opencv2/core.hpp>
#include <span>
#include <string>
#include <vector>

#include "examples/laptop/vision/faces.h"

namespace sprint::vision {

// Tiny looks at the colours of a face once. Whole looks at colours, the profile
// from hair to chin and the strength of edges, at several places and sizes about
// the box, since Blur's boxes are a little off, and takes the mean.
enum class Variant { Tiny, Whole };

struct Verdict {
  Box face;
  bool mask = false;
  double probability = 0;  // of a mask, 0 to 1
};

// Weights of a logistic regression over standardised features; fitted by
// `laptop-fit`, written to model.inc.
struct Model {
  std::span<const double> mean;
  std::span<const double> deviation;
  std::span<const double> weight;
  double bias = 0;
};

// What the models of a variant were fitted on: one row a place looked at.
std::vector<std::vector<double>> Features(const cv::Mat& bgr, const Box& face, Variant variant);

double Probability(const Model& model, std::span<const double> features);
const Model& FittedModel(Variant variant);

// One verdict a face, in the order given.
std::vector<Verdict> Detect(const cv::Mat& blurred, const std::vector<Box>& faces, Variant variant);

// {"variant":"tiny","faces":[{"x":1,"y":2,"width":3,"height":3,"mask":true,"probability":0.981}]}
std::string ToJson(const std::vector<Verdict>& verdicts, Variant variant);

}  // namespace sprint::vision
