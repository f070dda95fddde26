// Needs OpenCV; without it only faces_test.cpp is left of this program.
#ifdef SPRINT_HAS_OPENCV

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <opencv2/imgproc.hpp>
#include <stdexcept>
#include <string>
#include <vector>

#include "examples/laptop/vision/blur.h"
#include "examples/laptop/vision/detect.h"
#include "examples/laptop/vision/mask.h"
#include "examples/laptop/vision/picture.h"

namespace sprint::vision {
namespace {

constexpr Box kFace{60, 50, 120, 120};

// Skin with eyes and a mouth before a gray wall: enough for colours, not for a cascade.
cv::Mat DrawnFace() {
  cv::Mat picture(240, 240, CV_8UC3, cv::Scalar(120, 120, 120));
  cv::ellipse(picture, cv::Point(120, 115), cv::Size(55, 75), 0, 0, 360, cv::Scalar(130, 160, 205),
              cv::FILLED);
  cv::circle(picture, cv::Point(97, 95), 8, cv::Scalar(40, 40, 40), cv::FILLED);
  cv::circle(picture, cv::Point(143, 95), 8, cv::Scalar(40, 40, 40), cv::FILLED);
  cv::ellipse(picture, cv::Point(120, 150), cv::Size(22, 7), 0, 0, 360, cv::Scalar(80, 80, 190),
              cv::FILLED);
  return picture;
}

// Pixels where the brightness bends by more than rounding does.
int Edges(const cv::Mat& bgr, const cv::Rect& area) {
  cv::Mat gray;
  cv::cvtColor(bgr(area), gray, cv::COLOR_BGR2GRAY);
  cv::Mat bend;
  cv::Laplacian(gray, bend, CV_32F);
  return cv::countNonZero(cv::abs(bend) > 6);
}

TEST(BlurFaces, RemovesDetailInsideAndTouchesNothingOutside) {
  const cv::Mat before = DrawnFace();
  cv::Mat after = before.clone();
  BlurFaces(after, {kFace});
  const cv::Rect inside(90, 85, 60, 75);
  EXPECT_GT(Edges(before, inside), 50);
  EXPECT_EQ(Edges(after, inside), 0);
  cv::Mat changed;
  cv::absdiff(before, after, changed);
  changed(cv::Rect(40, 30, 160, 180)).setTo(cv::Scalar::all(0));
  EXPECT_EQ(cv::countNonZero(changed.reshape(1)), 0);
}

TEST(BlurFaces, KeepsTheColourOfEachHalf) {
  cv::Mat picture = DrawnFace();
  const cv::Rect cheek(95, 150, 50, 20);
  const cv::Scalar before = cv::mean(picture(cheek));
  BlurFaces(picture, {kFace});
  EXPECT_LT(cv::norm(before - cv::mean(picture(cheek))), 45);
}

TEST(BlurFaces, TakesBoxesThatLeaveThePicture) {
  cv::Mat picture = DrawnFace();
  BlurFaces(picture,
            {{-50, -50, 100, 100}, {200, 200, 100, 100}, {500, 500, 40, 40}, {0, 0, 0, 0}});
  EXPECT_EQ(picture.size(), cv::Size(240, 240));
}

TEST(DrawMask, CoversTheLowerHalfAndLeavesTheEyes) {
  const cv::Mat before = DrawnFace();
  cv::Mat after = before.clone();
  cv::RNG random(1);
  DrawMask(after, kFace, random);
  cv::Mat changed;
  cv::absdiff(before, after, changed);
  EXPECT_GT(cv::mean(changed(cv::Rect(100, 125, 40, 35)))[0], 10);
  EXPECT_EQ(cv::countNonZero(changed(cv::Rect(80, 50, 80, 50)).clone().reshape(1)), 0);
}

TEST(Detect, AnswersInOrderAndTheSameEachTime) {
  cv::Mat picture = DrawnFace();
  BlurFaces(picture, {kFace});
  const std::vector<Box> faces = {kFace, {0, 0, 50, 50}, {230, 230, 60, 60}};
  for (Variant variant : {Variant::Tiny, Variant::Whole}) {
    const std::string first = ToJson(Detect(picture, faces, variant), variant);
    EXPECT_EQ(first, ToJson(Detect(picture, faces, variant), variant));
    const std::vector<Verdict> verdicts = Detect(picture, faces, variant);
    ASSERT_EQ(verdicts.size(), faces.size());
    for (size_t i = 0; i < faces.size(); ++i) {
      EXPECT_EQ(verdicts[i].face, faces[i]);
      EXPECT_EQ(verdicts[i].mask, verdicts[i].probability >= 0.5);
    }
  }
}

TEST(Detect, ThinksMoreOfAMaskOnceOneIsDrawn) {
  for (Variant variant : {Variant::Tiny, Variant::Whole}) {
    cv::Mat bare = DrawnFace();
    cv::Mat masked = DrawnFace();
    cv::RNG random(2);
    DrawMask(masked, kFace, random);
    BlurFaces(bare, {kFace});
    BlurFaces(masked, {kFace});
    EXPECT_GT(Detect(masked, {kFace}, variant)[0].probability,
              Detect(bare, {kFace}, variant)[0].probability);
  }
}

TEST(Detect, HasOneWeightAFeature) {
  const cv::Mat picture = DrawnFace();
  for (Variant variant : {Variant::Tiny, Variant::Whole}) {
    const Model& model = FittedModel(variant);
    EXPECT_EQ(model.weight.size(), model.mean.size());
    EXPECT_EQ(model.weight.size(), model.deviation.size());
    for (const auto& row : Features(picture, kFace, variant))
      EXPECT_EQ(row.size(), model.weight.size());
  }
}

TEST(Probability, IsTheLogisticOfTheWeightedSum) {
  const std::vector<double> mean = {1, 2};
  const std::vector<double> deviation = {2, 4};
  const std::vector<double> weight = {3, -1};
  const Model model{mean, deviation, weight, 0.5};
  EXPECT_DOUBLE_EQ(Probability(model, std::vector<double>{3, 10}), 1 / (1 + std::exp(-1.5)));
}

TEST(DecodePicture, ReadsWhatEncodeJpegWroteAndRefusesTheRest) {
  const std::string jpeg = EncodeJpeg(DrawnFace(), 90);
  EXPECT_EQ(DecodePicture(jpeg).size(), cv::Size(240, 240));
  for (const std::string& bytes :
       {std::string(), std::string("GIF89a"), std::string("\xFF\xD8\xFF")}) {
    EXPECT_THROW(DecodePicture(bytes), std::runtime_error);
  }
}

TEST(FaceFinder, SaysWhichFileItLacks) {
  try {
    FaceFinder finder("/nowhere");
    FAIL() << "no exception";
  } catch (const std::runtime_error& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("/nowhere/haarcascade_frontalface_alt2.xml"));
  }
}

}  // namespace
}  // namespace sprint::vision

#endif  // SPRINT_HAS_OPENCV
