#pragma once

#include <opencv2/core.hpp>

#include "examples/laptop/vision/faces.h"

namespace sprint::vision {

// Draws a medical mask over the lower part of a face: cloth with pleats, a wire at
// the nose and two loops, lit like the face below it. Its colour, size, tilt and
// place vary with `random`, so that no two are alike.
void DrawMask(cv::Mat& bgr, const Box& face, cv::RNG& random);

}  // namespace sprint::vision
